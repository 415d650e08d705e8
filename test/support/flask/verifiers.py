"""The recipes of docs/verifiers-other-languages.md for Python, each asked about each token; prints what each says."""

import json
import sys
import time
import urllib.request


def with_pyjwt(issuer, audience, jwks_uri):
    import jwt

    keys = jwt.PyJWKClient(jwks_uri, lifespan=300)

    def verify(token):
        if jwt.get_unverified_header(token).get("typ") != "at+jwt":
            raise jwt.InvalidTokenError("not an access token")
        key = keys.get_signing_key_from_jwt(token)
        required = {"require": ["exp", "iss", "aud", "sub"]}
        return jwt.decode(
            token, key, algorithms=["ES256"], issuer=issuer, audience=audience, leeway=5, options=required
        )

    return verify


def with_joserfc(issuer, audience, jwks_uri):
    from joserfc import jwt
    from joserfc.jwk import KeySet

    rules = jwt.JWTClaimsRegistry(
        leeway=5,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        sub={"essential": True},
        exp={"essential": True},
    )

    def fetch():
        with urllib.request.urlopen(jwks_uri, timeout=5) as answer:
            return KeySet.import_key_set(json.load(answer)), time.monotonic()

    kept = [fetch()]

    def verify(token):
        if time.monotonic() - kept[0][1] > 300:
            kept[0] = fetch()
        verified = jwt.decode(token, kept[0][0], algorithms=["ES256"])
        rules.validate(verified.claims)
        if verified.header.get("typ") != "at+jwt":
            raise ValueError("not an access token")
        return verified.claims

    return verify


def with_flask_jwt_extended(issuer, audience, jwks_uri):
    import jwt
    from flask import Flask, jsonify
    from flask_jwt_extended import JWTManager, get_jwt, jwt_required

    app = Flask(__name__)
    app.config.update(
        JWT_ALGORITHM="ES256",
        JWT_DECODE_ALGORITHMS=["ES256"],
        JWT_DECODE_ISSUER=issuer,
        JWT_DECODE_AUDIENCE=audience,
        JWT_DECODE_LEEWAY=5,
    )
    manager = JWTManager(app)
    keys = jwt.PyJWKClient(jwks_uri, lifespan=300)

    @manager.decode_key_loader
    def key_of(header, _claims):
        if header.get("typ") != "at+jwt":
            raise jwt.InvalidTokenError("not an access token")
        return keys.get_signing_key(header.get("kid")).key

    @app.get("/me")
    @jwt_required()
    def me():
        return jsonify(get_jwt())

    # the default is 422, which no client takes for a reason to refresh
    @manager.invalid_token_loader
    def invalid(reason):
        return jsonify(msg=reason), 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'}

    @app.errorhandler(jwt.PyJWKClientError)
    def without_key(error):
        status = 503 if isinstance(error, jwt.PyJWKClientConnectionError) else 401
        return jsonify(msg=str(error)), status

    client = app.test_client()

    def verify(token):
        answer = client.get("/me", headers={"Authorization": f"Bearer {token}"})
        if answer.status_code != 200:
            raise ValueError(f"{answer.status_code} {answer.json}")
        return answer.json

    return verify


def verdict(verify, token):
    try:
        return {"sub": verify(token)["sub"]}
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}


def main():
    asked = json.load(sys.stdin)
    where = [asked[name] for name in ("issuer", "audience", "jwks_uri")]
    recipes = {"PyJWT": with_pyjwt, "joserfc": with_joserfc, "Flask-JWT-Extended": with_flask_jwt_extended}
    verdicts = {}
    for name, open_recipe in recipes.items():
        verify = open_recipe(*where)
        verdicts[name] = {kind: verdict(verify, token) for kind, token in asked["tokens"].items()}
    json.dump(verdicts, sys.stdout)


main()
