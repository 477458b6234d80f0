"""What sales channels would say to a picture: to one that is here, and to one before it is."""

from __future__ import annotations

from ninja import Path, Query, Router
from ninja.decorators import decorate_view

from apps.dashboard.api.admission import admit, admit_again
from apps.dashboard.api.auth import AUTHENTICATORS
from apps.dashboard.api.document import describe_problems
from apps.dashboard.api.images import GALLERY, IMAGE
from apps.dashboard.api.parameters import (
    ChannelQuery,
    ImagePart,
    ImagePath,
    IsPrimaryPart,
    TitlePart,
    TradeItemPath,
)
from apps.dashboard.api.readiness_schemas import (
    CheckedImageOut,
    ReadinessOut,
    describe_readiness,
)
from apps.dashboard.api.request_body import ApiRequest
from apps.dashboard.api.upload_handler import check_form_head
from apps.organizations.models import Permission
from apps.products.file_names import clean_file_name
from apps.products.hero_verdicts import get_today, judge_image
from apps.products.image_store import get_image
from apps.products.quotas import check_room
from apps.products.readiness.verdicts import judge
from apps.products.renditions.renditions import measure_incoming
from apps.products.stored_objects import release_connection
from apps.products.upload_claims import hold_check

router = Router(auth=AUTHENTICATORS, tags=["Images"])


@router.post(
    f"{GALLERY}/check",
    response=CheckedImageOut,
    summary="Check a picture without keeping it",
    openapi_extra={
        "responses": describe_problems("bad_request", "conflict", "unsupported_media_type")
    },
)
@decorate_view(admit(Permission.CONTRIBUTE, check_form_head))
def check_image(
    request: ApiRequest,
    path: Path[TradeItemPath],
    image: ImagePart,
    title: TitlePart = "",
    is_primary: IsPrimaryPart = False,
) -> CheckedImageOut:
    """Check a picture as an upload would, and keep nothing of it: the same form, limits and refusals. What passes is measured and answered with what each sales channel would say to it as the primary image, within 10 seconds; 503 where there was no time for that. One check at a time: while another of the same caller runs, the answer is 409 with ``Retry-After``. Requires the ``organization.contribute_organization`` permission on the membership."""
    with hold_check(request.auth.credential):
        admit_again(request)
        check_room(request.product, image.checked.byte_size)
        release_connection()
        measures = measure_incoming(image, request.product.owner_id)
        return CheckedImageOut.model_construct(
            title=title,
            is_primary=is_primary,
            priority=0,
            file_name=clean_file_name(image.sent_name),
            sha256=image.compute_sha256(),
            **describe_readiness(measures, judge(measures, get_today())),
        )


@router.get(
    f"{IMAGE}/readiness",
    response=ReadinessOut,
    summary="Get what sales channels would say to an image",
    openapi_extra={"responses": describe_problems()},
)
@decorate_view(admit(Permission.VIEW))
def get_image_readiness(
    request: ApiRequest, path: Path[ImagePath], query: Query[ChannelQuery]
) -> ReadinessOut:
    """Get what is measured of an image, and what each sales channel would say to it as a primary image, with the rules that it breaks and where these are written. An image is measured some seconds after its upload; until then what depends on that is ``not_measured``. ``passes`` means that it breaks no rule that a program can check; what it cannot is in ``look_yourself``. Requires membership in the organization."""
    image = get_image(request.product, path.image_id)
    wanted = [query.channel] if query.channel else None
    return ReadinessOut.model_construct(
        **describe_readiness(image.measures, judge_image(image, wanted))
    )
