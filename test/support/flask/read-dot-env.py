"""Reads texts of .env files, a JSON list on standard input, as load_dotenv() does, and prints what it made of each."""

import io
import json
import os
import sys

from dotenv.main import resolve_variables
from dotenv.parser import parse_stream

texts = json.load(sys.stdin)
os.environ.clear()
os.environ["OUTSIDE"] = "from outside"


def read(text):
    # as open() opens a file: every kind of line end becomes \n
    stream = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
    bindings = list(parse_stream(stream))
    named = [(each.key, each.value) for each in bindings if each.key is not None]
    values = resolve_variables(named, override=False)
    return {
        "values": {name: value for name, value in values.items() if value is not None},
        "unreadable": sum(each.error for each in bindings),
    }


print(json.dumps([read(text) for text in texts]))
