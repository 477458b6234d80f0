"""httpx for the servers on 127.0.0.1: nothing of it reads certificates, which takes 40 ms each time."""

from __future__ import annotations

import ssl
from functools import partial

import httpx

_WITHOUT_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

get = partial(httpx.get, verify=_WITHOUT_CERTIFICATES, trust_env=False)
post = partial(httpx.post, verify=_WITHOUT_CERTIFICATES, trust_env=False)
put = partial(httpx.put, verify=_WITHOUT_CERTIFICATES, trust_env=False)
patch = partial(httpx.patch, verify=_WITHOUT_CERTIFICATES, trust_env=False)
delete = partial(httpx.delete, verify=_WITHOUT_CERTIFICATES, trust_env=False)
Client = partial(httpx.Client, verify=_WITHOUT_CERTIFICATES, trust_env=False)
