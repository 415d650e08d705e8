"""What schemathesis must know besides the description: somebody's tokens, new ones for each call, since calls end them."""

import base64
import itertools
import json
import os
import uuid

import requests
import schemathesis

BASE = os.environ["SERVICE_URL"]
CLIENT = base64.b64encode(os.environ["SERVICE_CLIENT"].encode()).decode()
numbers = itertools.count()


def newcomer():
    name = f"s{uuid.uuid4().hex[:12]}{next(numbers)}"
    body = {"username": name, "email": f"{name}@example.com", "password": "correct horse battery"}
    answer = requests.post(f"{BASE}/api/register", json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


def schemes_of(case):
    security = case.operation.definition.raw.get("security") or [{}]
    return list(security[0])


def session_of(authorization):
    payload = authorization.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=="))["sid"]


@schemathesis.auth(refresh_interval=None)
class Credentials:
    def get(self, case, context):
        schemes = schemes_of(case)
        if "client" in schemes:
            return f"Basic {CLIENT}"
        for scheme in ("access_token", "refresh_token"):
            if scheme in schemes:
                return f"Bearer {newcomer()[scheme]}"
        return None

    def set(self, case, data, context):
        if data is None:
            return
        case.headers = {**(case.headers or {}), "Authorization": data}
        # now and then the id of a session that there is
        if case.operation.path == "/api/sessions/{id}" and next(numbers) % 2:
            case.path_parameters = {"id": session_of(data)}
