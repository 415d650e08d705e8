"""The Flask server that this project replaces, as its README tells it.

CORS is left out: nothing that is stored or minted depends on it.
"""

import os
from datetime import datetime, timedelta

from flask import Flask, jsonify, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    get_jwt_identity,
    get_raw_jwt,
    jwt_refresh_token_required,
    jwt_required,
)
from mongoengine import DateTimeField, Document, StringField, connect
from passlib.hash import pbkdf2_sha256

from serve import serve

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY")
app.config["JWT_SECRET_KEY"] = os.environ["JWT_SECRET_KEY"]
app.config["JWT_ACCESS_TOKEN_EXPIRES"] = timedelta(days=1)
app.config["JWT_BLACKLIST_ENABLED"] = True
app.config["JWT_BLACKLIST_TOKEN_CHECKS"] = ["access", "refresh"]
jwt = JWTManager(app)


# the names of the collections, user and j_w_t_blacklist, are what MongoEngine makes of the classes' names
class User(Document):
    username = StringField(required=True)
    email = StringField(required=True)
    password = StringField(required=True)
    createdAt = DateTimeField(default=datetime.utcnow)
    image_file = StringField()


class JWTBlacklist(Document):
    jti = StringField(required=True)


@jwt.token_in_blacklist_loader
def is_revoked(token):
    return JWTBlacklist.objects(jti=token["jti"]).first() is not None


def fields(*names):
    """The fields of a JSON or form body, and the answer where some are missing."""
    body = request.get_json(silent=True) or request.form
    values = {name: body.get(name) for name in names}
    blank = {name: "This Field Cannot be blank" for name, value in values.items() if not value}
    return values, (jsonify(message=blank), 400) if blank else None


def with_tokens(message, user):
    return jsonify(
        message=message,
        username=user.username,
        access_token=create_access_token(identity=user.email),
        refresh_token=create_refresh_token(identity=user.email),
    )


def revoke():
    JWTBlacklist(jti=get_raw_jwt()["jti"]).save()


@app.route("/api/register", methods=["POST"])
def register():
    values, refusal = fields("username", "email", "password")
    if refusal:
        return refusal
    if User.objects(username=values["username"]).first():
        return jsonify(message="This Username is already taken!"), 401
    if User.objects(email=values["email"]).first():
        return jsonify(message="this email is already taken"), 401
    user = User(
        username=values["username"],
        email=values["email"],
        password=pbkdf2_sha256.hash(values["password"]),
    ).save()
    return with_tokens("User with email %s was created" % user.email, user), 201


@app.route("/api/login", methods=["POST"])
def login():
    values, refusal = fields("email", "password")
    if refusal:
        return refusal
    user = User.objects(email=values["email"]).first()
    if user is None or not pbkdf2_sha256.verify(values["password"], user.password):
        return jsonify(message="Authentication failed"), 401
    return with_tokens("Logged in as %s" % user.email, user)


@app.route("/api/token/refresh", methods=["POST"])
@jwt_refresh_token_required
def refresh():
    user = User.objects(email=get_jwt_identity()).first()
    return jsonify(
        message="Logged in as %s" % user.email,
        username=user.username,
        access_token=create_access_token(identity=user.email),
    )


@app.route("/api/logout/access", methods=["POST"])
@jwt_required
def logout_access():
    revoke()
    return jsonify(message="Access token has been Revoked")


@app.route("/api/logout/refresh", methods=["POST"])
@jwt_refresh_token_required
def logout_refresh():
    revoke()
    return jsonify(message="refresh token has been Revoked")


connect(host=os.environ["MONGO_URI"])
serve(app, int(os.environ.get("PORT", 0)))
