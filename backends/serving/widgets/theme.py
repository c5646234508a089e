"""The workbench's own look for widgets: one palette for Gradio's parts, the results and the pages around them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from backends.charts.template import DARK as CHART_DARK
from backends.charts.template import FONT
from backends.charts.template import LIGHT as CHART_LIGHT

RADIUS = "0.4rem"


@dataclass(frozen=True)
class Colours:
    """The colours of one theme, as `.streamlit/config.toml` has them."""

    page: str
    panel: str
    text: str
    quiet: str
    line: str
    accent: str
    on_accent: str
    warning: str
    error: str
    against: str  # bars that speak against a class

    def variables(self) -> str:
        """As CSS custom properties.

        >>> LIGHT.variables()[:30]
        '--w-page: #FFFFFF; --w-panel: '
        """
        return "; ".join(f"--w-{name.replace('_', '-')}: {value}" for name, value in self.__dict__.items())


LIGHT = Colours(
    page=CHART_LIGHT.surface,
    panel="#F5F7F7",
    text=CHART_LIGHT.text,
    quiet="#5B6765",
    line=CHART_LIGHT.grid,
    accent=CHART_LIGHT.accent,
    on_accent="#FFFFFF",
    warning=CHART_LIGHT.warning,
    error="#B91C1C",
    against=CHART_LIGHT.series[1],
)
DARK = Colours(
    page=CHART_DARK.surface,
    panel="#18201F",
    text=CHART_DARK.text,
    quiet="#A3B0AE",
    line=CHART_DARK.grid,
    accent=CHART_DARK.accent,
    on_accent="#08201D",
    warning=CHART_DARK.warning,
    error="#F87171",
    against=CHART_LIGHT.series[1],
)


def css() -> str:
    """The style of what widgets and pages show beside Gradio's own parts."""
    own = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    # The pages say `data-theme`, or nothing where the machine decides; Gradio says the class "dark", and is light else.
    return "\n".join(
        (
            f":root {{ {LIGHT.variables()}; --w-font: {FONT}; --w-radius: {RADIUS}; }}",
            f"@media (prefers-color-scheme: dark) {{ :root.own:not([data-theme]) {{ {DARK.variables()}; }} }}",
            f":root[data-theme=dark], .dark {{ {DARK.variables()}; }}",
            own,
        )
    )


# What Gradio calls a colour, and ours. Where the dark theme has the same role, "_dark" is added.
ROLES: dict[str, str] = {
    "body_background_fill": "page",
    "background_fill_primary": "page",
    "background_fill_secondary": "panel",
    "block_background_fill": "page",
    "block_border_color": "line",
    "block_info_text_color": "quiet",
    "block_label_background_fill": "page",
    "block_label_text_color": "quiet",
    "block_title_text_color": "text",
    "body_text_color": "text",
    "body_text_color_subdued": "quiet",
    "border_color_primary": "line",
    "border_color_accent": "accent",
    "button_primary_background_fill": "accent",
    "button_primary_background_fill_hover": "accent",
    "button_primary_border_color": "accent",
    "button_primary_text_color": "on_accent",
    "button_secondary_background_fill": "panel",
    "button_secondary_text_color": "text",
    "checkbox_background_color": "page",
    "checkbox_background_color_selected": "accent",
    "checkbox_border_color": "line",
    "checkbox_border_color_selected": "accent",
    "color_accent": "accent",
    "color_accent_soft": "panel",
    "input_background_fill": "panel",
    "input_background_fill_focus": "page",
    "input_border_color": "line",
    "input_border_color_focus": "accent",
    "input_placeholder_color": "quiet",
    "link_text_color": "accent",
    "link_text_color_hover": "accent",
    "link_text_color_visited": "accent",
    "link_text_color_active": "accent",
    "loader_color": "accent",
    "panel_background_fill": "panel",
    "slider_color": "accent",
    "table_border_color": "line",
    "table_even_background_fill": "page",
    "table_odd_background_fill": "panel",
    "table_text_color": "text",
}
_LIGHT_ONLY = ("color_accent",)  # Gradio has one value for both themes


@lru_cache(maxsize=1)
def gradio_theme() -> Any:
    """Gradio's theme in these colours. Its font comes with Gradio, in weights of which all letters are there."""
    import gradio as gr

    fonts: list[Any] = [
        gr.themes.LocalFont("Source Sans Pro", (400, 700)),
        "Source Sans",
        "system-ui",
        "sans-serif",
    ]
    base = gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=fonts, radius_size=gr.themes.sizes.radius_sm)
    light = {name: getattr(LIGHT, role) for name, role in ROLES.items()}
    dark = {f"{name}_dark": getattr(DARK, role) for name, role in ROLES.items() if name not in _LIGHT_ONLY}
    return base.set(**light, **dark, block_border_width="0px", block_shadow="none", block_padding="0.35rem 0.5rem")
