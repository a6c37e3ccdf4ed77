"""Twin worlds: two databases that differ only in what other tenants have, and one tenant that must not notice.

Both worlds are made from one template and hold the same Acme, ids included. In the left one the neighbours are the
demo's and keep quiet; in the right one they are a crowd or nobody at all, and act between Acme's operations. The
same random operations of Acme's people run in both, and everything that they can see must be equal: rows and their
order, command tags, every field of an error, notices, HTTP statuses, headers, bodies, prompts sent to the model.

`python -m tests.isolation.twins --operations 10000` runs for minutes; `test_twins.py` is the short form.

    people, upkeep       who acts, the ids that operations name, and what the operator does in both worlds
    neighbours           what the right world's neighbours are and do
    worlds, episode      the server and its templates; one pair of worlds from its making to the last look at it
    observe              what is compared, and the list of all that is not
    catalog              tables, columns, functions and rights as they are, so that new ones are tried unasked
    sql_words, statements, flows, requests_data_api     what hypothesis draws
    door_sql, door_worker, door_data_api, over_http     how it is carried out, and what is told about it
    run                  draws the steps, takes them, and cuts down those that lead to a difference
    ours.sql             what Acme has besides the demo data; crowd.sql, what its many neighbours have; changes.sql,
                         what changed since the summaries were refreshed
"""
