from apps.products.storage.rendition_names import get_original_name, list_rendition_names


def test_names_lead_from_the_original_to_its_renditions_and_back():
    names = list_rendition_names("products/00012345678905/a-b.png")

    assert names[0] == "renditions/00012345678905/a-b.png.96.webp"
    assert {get_original_name(name) for name in names} == {"products/00012345678905/a-b.png"}
