-- wrk: a POST with JSON.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"id": 17, "name": "a name", "tags": ["one", "two", "three"], "price": 12.5, "nested": {"a": [1, 2, 3], "b": null}}'
