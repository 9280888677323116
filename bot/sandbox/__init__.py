"""A Bot API server of our own: the demo talks to it, the tests judge by it.

    state      world (who exists) · state, chats, files, updates, menus (what is there now)
    calls      api (METHODS, faults, log) · sending, editing, lookups · markup, entities, keyboards
    people     people (say, press, upload …) · view (what each of them sees)
    HTTP       server · botapi (calls, polls, downloads) · control (/_sandbox/…) · local

Written from what Telegram documents and its open server does, not from what our bot sends. Not
modelled: pacing (429 comes only on demand), Markdown, inline mode, payments.
"""
