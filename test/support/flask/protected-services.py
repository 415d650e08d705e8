"""Services of the app that check access tokens themselves: the same one, with several configurations.

Runs on Flask-JWT-Extended 3.x and 4.x. SERVICES holds the configurations as JSON, by path prefix.
"""

import json
import os

import flask_jwt_extended
from flask import Flask, jsonify
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from serve import serve

if flask_jwt_extended.__version__.startswith("3."):
    jwt_required = flask_jwt_extended.jwt_required
else:
    jwt_required = flask_jwt_extended.jwt_required()


def protected_service(config):
    app = Flask(__name__)
    app.config.update(config)
    flask_jwt_extended.JWTManager(app)

    @app.route("/")
    @jwt_required
    def who():
        return jsonify(identity=flask_jwt_extended.get_jwt_identity())

    return app


services = {path: protected_service(config) for path, config in json.loads(os.environ["SERVICES"]).items()}
serve(DispatcherMiddleware(Flask(__name__), services))
