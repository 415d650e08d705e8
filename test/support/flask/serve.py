from werkzeug.serving import make_server


def serve(app, port=0):
    """Serves the WSGI application on the loopback address and says where; port 0 takes a free one."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    print("listens on http://127.0.0.1:%d" % server.server_port, flush=True)
    server.serve_forever()
