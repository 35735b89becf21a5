"""Is a value as a schema says? The part of JSON Schema (2020-12) that our description uses; anything else in a schema is an error."""
import re

KEYWORDS = {"$ref", "description", "title", "type", "enum", "const", "default", "format", "minimum", "maximum", "minLength", "maxLength", "pattern", "properties",
            "required", "additionalProperties", "items", "minItems", "maxItems", "anyOf", "example"}
TYPES = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}


def resolve(document, schema):
    """What a $ref names; descriptions beside it are of no account here."""
    while "$ref" in schema:
        target = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


def is_of(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def text_mistakes(value, schema):
    size = len(value.encode())
    if not schema.get("minLength", 0) <= size <= schema.get("maxLength", size):
        yield f"{size} bytes"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"not {schema['pattern']}"


def object_mistakes(document, value, schema, closed):
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", not closed)
    for name in schema.get("required", []):
        if name not in value:
            yield f"no {name}"
    for name, inside in value.items():
        if name in properties:
            yield from (f"{name}: {why}" for why in mistakes(document, inside, properties[name], closed))
        elif others is False:
            yield f"{name} is not described"
        elif isinstance(others, dict):
            yield from (f"{name}: {why}" for why in mistakes(document, inside, others, closed))


def mistakes(document, value, schema, closed=False):
    """What is wrong. closed: what is not described is wrong too, wherever a schema has properties."""
    schema = resolve(document, schema)
    assert set(schema) <= KEYWORDS, set(schema) - KEYWORDS
    types = schema.get("type", [])
    types = types if isinstance(types, list) else [types]
    if types and not any(is_of(value, name) for name in types):
        yield f"{value!r} is no {' or '.join(types)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{value!r} is none of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{value!r} is not {schema['const']!r}"
    if "anyOf" in schema:
        tried = [list(mistakes(document, value, other, closed)) for other in schema["anyOf"]]
        if all(tried):
            yield f"none of {tried}"
    if isinstance(value, str):
        yield from text_mistakes(value, schema)
    if is_of(value, "number") and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{value} is out of range"
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{len(value)} elements"
        for inside in value:
            yield from (f"[]: {why}" for why in mistakes(document, inside, schema.get("items", {}), closed))
    if isinstance(value, dict) and (schema.get("properties") is not None or "additionalProperties" in schema):
        yield from object_mistakes(document, value, schema, closed)
