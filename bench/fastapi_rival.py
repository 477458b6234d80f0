"""The same upload as a competent team writes it in a day with FastAPI, SQLAlchemy and Pillow."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Form, Header, HTTPException, UploadFile
from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel
from sqlalchemy import ForeignKey, Index, create_engine, event, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

FOLDER = Path(os.environ["RIVAL_FOLDER"])
MEDIA = FOLDER / "media"
MAX_BYTES = 20 * 1024 * 1024
FORMATS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "BMP": "bmp"}

engine = create_engine(f"sqlite:///{FOLDER}/db.sqlite3", connect_args={"timeout": 20})
make_session = sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine, "connect")
def set_durable(connection, _record):
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


class Base(DeclarativeBase):
    pass


class Key(Base):
    __tablename__ = "key"
    id: Mapped[int] = mapped_column(primary_key=True)
    hashed: Mapped[str] = mapped_column(unique=True)
    organization: Mapped[int]


class Product(Base):
    __tablename__ = "product"
    id: Mapped[int] = mapped_column(primary_key=True)
    gtin: Mapped[str] = mapped_column(unique=True)
    organization: Mapped[int]


class ProductImage(Base):
    __tablename__ = "product_image"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    name: Mapped[str]
    title: Mapped[str]
    is_primary: Mapped[bool]
    created: Mapped[datetime]
    __table_args__ = (
        Index("one_primary", "product_id", unique=True, sqlite_where=text("is_primary")),
    )


class ImageOut(BaseModel):
    id: int
    title: str
    is_primary: bool
    image_url: str
    created: datetime


app = FastAPI()


def get_key(x_api_key: Annotated[str, Header()]) -> Key:
    hashed = hashlib.sha256(x_api_key.encode()).hexdigest()
    with make_session() as session:
        key = session.scalar(select(Key).where(Key.hashed == hashed))
    if key is None:
        raise HTTPException(401)
    return key


@app.post("/images/{gtin}", status_code=201)
def upload_image(
    gtin: str,
    key: Annotated[Key, Depends(get_key)],
    image: UploadFile,
    title: Annotated[str, Form(max_length=255)] = "",
    is_primary: Annotated[bool, Form()] = False,
) -> ImageOut:
    if (image.size or 0) > MAX_BYTES:
        raise HTTPException(413)
    with make_session() as session:
        product = session.scalar(
            select(Product).where(
                Product.gtin == gtin.zfill(14), Product.organization == key.organization
            )
        )
    if product is None:
        raise HTTPException(404)
    name = store_file(image)
    with make_session() as session, session.begin():
        row = insert_row(session, product, name, title, is_primary)
    return ImageOut(
        id=row.id,
        title=title,
        is_primary=is_primary,
        image_url=f"/media/{name}",
        created=row.created,
    )


def store_file(image: UploadFile) -> str:
    try:
        with Image.open(image.file, formats=list(FORMATS)) as picture:
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as fault:
        raise HTTPException(422, "not an image") from fault
    name = f"{uuid.uuid4()}.{FORMATS[picture.format]}"
    image.file.seek(0)
    with (MEDIA / name).open("wb") as file:
        shutil.copyfileobj(image.file, file, 1024 * 1024)
        file.flush()
        os.fsync(file.fileno())
    return name


def insert_row(
    session: Session, product: Product, name: str, title: str, is_primary: bool
) -> ProductImage:
    if is_primary:
        session.execute(
            update(ProductImage)
            .where(ProductImage.product_id == product.id, ProductImage.is_primary)
            .values(is_primary=False)
        )
    row = ProductImage(
        product_id=product.id,
        name=name,
        title=title,
        is_primary=is_primary,
        created=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    return row


def create_tables() -> None:
    """Make the tables, a product and the key ``bench``."""
    MEDIA.mkdir()
    Base.metadata.create_all(engine)
    with make_session() as session, session.begin():
        session.add(Key(hashed=hashlib.sha256(b"bench").hexdigest(), organization=1))
        session.add(Product(gtin="00012345678905", organization=1))


if __name__ == "__main__":
    create_tables()
