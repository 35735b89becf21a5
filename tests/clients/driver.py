"""The Python client at the end of a pipe: a command a line in, a line out (see shared.py). `driver.py async`: the asyncio client."""
import asyncio
import json
import sys

import zmq

import smartshelf
from smartshelf import protocol
from smartshelf.answer import fall_back
from smartshelf.exchange import shape_error


def given(value):
    """What stands for values that JSON has not."""
    if isinstance(value, list):
        return [given(element) for element in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, inner = next(iter(value.items()))
        if name == "$integer":
            return int(inner)
        if name == "$bytes":
            return bytes.fromhex(inner)
        if name == "$float":
            return float(inner)
    return {name: given(element) for name, element in value.items()}


def told(answer):
    error = answer.error and {name: getattr(answer.error, name) for name in ("code", "name", "message", "field")}
    return {"source": answer.source, "error": error, "result": answer.result}


def decode(command):
    """What the client makes of a reply's bytes."""
    kind = protocol.kind_of(command["method"])
    try:
        reply = protocol.decode(bytes.fromhex(command["reply"]))
        error = reply.error or shape_error(kind, reply.result, "")
    except protocol.BadReply as bad:
        error = smartshelf.Error(0, "bad_reply", str(bad))
    if error:
        return told(fall_back(kind, given(command["params"]), command["fallback"], error))
    return {**told(smartshelf.Answer("server", reply.result)), "msgid": reply.msgid}


def pure(command):
    if command["do"] == "encode":
        return {"bytes": protocol.encode(command["msgid"], command["method"], given(command["params"])).hex()}
    if command["do"] == "homes":
        visitor = protocol.visitor_of(command["method"], given(command["params"]))
        return {"order": visitor if visitor is None else sorted(command["endpoints"], key=lambda name: protocol.distance(visitor, name))}
    return decode(command)


def run():
    clients = {}
    for line in sys.stdin:
        command = json.loads(line)
        do, client = command["do"], clients.get(command.get("client"))
        if do == "open":
            try:
                clients[command["client"]] = smartshelf.Client(**command["options"])
                reply = {}
            except (ValueError, zmq.ZMQError) as error:
                reply = {"refused": str(error)}
        elif do == "close":
            clients.pop(command["client"]).close()
            reply = {}
        elif do == "ask":
            reply = told(client.call(command["method"], given(command["params"]), command.get("timeout_ms")))
        elif do == "many":
            reply = [told(pending.answer()) for pending in [client.send(command["method"], given(params)) for params in command["params"]]]
        else:
            reply = pure(command)
        print(json.dumps(reply), flush=True)


async def run_async():
    clients, loop = {}, asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        do, client = command["do"], clients.get(command.get("client"))
        if do == "open":
            try:
                clients[command["client"]] = await smartshelf.AsyncClient(**command["options"]).__aenter__()
                reply = {}
            except (ValueError, zmq.ZMQError) as error:
                reply = {"refused": str(error)}
        elif do == "close":
            clients.pop(command["client"]).close()
            reply = {}
        elif do == "ask":
            reply = told(await client.call(command["method"], given(command["params"]), command.get("timeout_ms")))
        elif do == "many":
            answers = await asyncio.gather(*(client.call(command["method"], given(params)) for params in command["params"]))
            reply = [told(answer) for answer in answers]
        else:
            reply = pure(command)
        print(json.dumps(reply), flush=True)


if sys.argv[1:] == ["async"]:
    asyncio.run(run_async())
else:
    run()
