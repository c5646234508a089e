"""What a widget's page does by itself, without asking the server: small functions in JavaScript for Gradio's events."""

from __future__ import annotations

import json
from collections.abc import Mapping

from backends.serving.widgets.html import rendered

PROMPT = "Fill in the form and press Predict, or take an example."
EDITED = "The form has changed. Press Predict for a new answer."
PENDING = "Predicting …"
FAILED = "No answer came. Press Predict again."

# In somebody else's page, a link of the widget is one to the widget's own address.
LINKS = """() => setTimeout(() => document.querySelectorAll('gradio-app[src] .w-link a').forEach((link) => {
    const home = new URL(link.closest('gradio-app').getAttribute('src'), document.baseURI);
    link.href = new URL(link.getAttribute('href'), home.href.replace(/[/]*$/, '/')).href;
}), 0)"""


def naming(labels: Mapping[str, str]) -> str:
    """Give the controls of dates, and their buttons, the names that Gradio leaves out; `labels` are by their ids.

    What is folded away is drawn when it is opened, and named then.
    """
    return f"""() => {{
    const name = () => Object.entries({json.dumps(labels)}).forEach(([id, label]) => {{
        const field = document.getElementById(id);
        field?.querySelector('input')?.setAttribute('aria-label', label);
        field?.querySelector('button.calendar')?.setAttribute('aria-label', `Calendar of ${{label}}`);
    }});
    name();
    new MutationObserver(name).observe(document.body, {{childList: true, subtree: true}});
}}"""


def saying(text: str) -> str:
    """Put a note in the place of the answer, and nothing in that of the reasons.

    >>> saying("Wait.")
    '() => ["<section class=\\\\"w-answer w-quiet\\\\"><p>Wait.</p></section>", ""]'
    """
    return f"() => {_note(text)}"


def remembering(place: str, dates: Mapping[int, str]) -> str:
    """Keep what is asked, for `if_changed`, and pass it on.

    A control of a date keeps its last date when something else is written into it. What is asked has to be what is
    seen, so the text itself is passed on, to be refused. `dates` are the ids of such controls by their positions.
    """
    return f"""(...held) => {{
    for (const [at, id] of Object.entries({json.dumps(dates)})) {{
        const written = document.querySelector(`#${{CSS.escape(id)}} input`)?.value.trim();
        if (written && written !== held[at]) held[at] = written;
    }}
    {_asked(place)} = JSON.stringify(held);
    {_edited(place)} = false;
    return held;
}}"""


def edited(place: str) -> str:
    """Put the note of an edit in the place of the answer, and remember that there was one."""
    return f"() => {{ {_edited(place)} = true; return {_note(EDITED)}; }}"


def failed(place: str) -> str:
    """Say that no answer came; what an edit has stopped did not fail, and the note of the edit stays."""
    return f"() => {_edited(place)} ? {_note(EDITED)} : {_note(FAILED)}"


def if_changed(place: str) -> str:
    """Put a note in the place of an answer to another form than the one that is there now.

    For controls that tell of a change whoever made it: an example that fills in the form changes it too, and its
    answer is to stay.
    """
    same = "{__type__: 'update'}"
    return (
        f"(...held) => {_asked(place)} === undefined || JSON.stringify(held) === {_asked(place)} "
        f"? [{same}, {same}] : {_note(EDITED)}"
    )


def into_view(place: str) -> str:
    """Scroll to the answer where it begins out of sight, or too low to be read; a note moves nothing."""
    return f"""() => setTimeout(() => {{
    const answer = document.getElementById({json.dumps(place)});
    if (!answer || !answer.querySelector('.w-said')) return;
    const top = answer.getBoundingClientRect().top;
    if (top < 0 || top > window.innerHeight / 2) answer.scrollIntoView({{behavior: 'smooth', block: 'start'}});
}}, 50)"""


def _note(text: str) -> str:
    return json.dumps([rendered("note", text=text).strip(), ""])


def _asked(place: str) -> str:
    return f"window[{json.dumps(f'asked {place}')}]"


def _edited(place: str) -> str:
    return f"window[{json.dumps(f'edited {place}')}]"
