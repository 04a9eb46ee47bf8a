"""What Streamlit's own markup leaves unsaid to those who hear a page or have no pointer."""

from __future__ import annotations

import streamlit as st

# what stands on the bright main colour of the dark theme is dark; Streamlit has it white. Code in
# a caption is as dark as its words; Streamlit has it pale green. Words in a chart that are given
# no colour are Vega's black, and stand on lines and bars
CONTRAST = """<style>
[data-testid^=stBaseButton-primary] *,
[data-testid=stMultiSelect] span[title] { color: light-dark(#FFFFFF, #08222A); }
[data-testid=stCaptionContainer] code { color: inherit; }
.vega-embed .mark-text.role-mark text[fill="black"] { fill: light-dark(#24323D, #DCE6EE);
  paint-order: stroke; stroke: light-dark(#FFFFFF, #10171E); stroke-width: 3px; }
</style>"""
# a folded menu lies beside the window, where the focus would be lost from sight
FOCUS = """<style>
[data-testid=stSidebar][data-collapsed=true] { visibility: hidden; }
[data-testid=stDataFrame]:has(tr[aria-selected=true]):has(:focus-visible)::after {
  content: "Arrow keys move, Space picks the row";
  position: absolute; right: 0; top: 100%; padding: 0 0.4rem; font-size: 0.8rem;
  border-radius: 4px; background: light-dark(#0B7285, #4FC3D9); color: light-dark(#FFF, #08222A);
}
</style>"""
ROLES = """<script>
(() => {
  const all = (what, set) => document.querySelectorAll(what).forEach(set);
  const say = () => {
    // a list whose items lie in groups is announced as broken: links under headings are not
    all('[data-testid=stSidebarNavItems], [data-testid=stSidebarNavItems] li',
        item => item.setAttribute('role', 'presentation'));
    // the trend in a figure's card is an ornament: its value stands above it
    all('[data-testid=stMetricChart]', chart => chart.setAttribute('aria-hidden', 'true'));
    // a box that scrolls and holds nothing to tab to is reached by itself
    all('[data-testid=stMain] .stVerticalBlock', box => {
      if (box.scrollHeight > box.clientHeight + 1 && getComputedStyle(box).overflowY === 'auto')
        box.setAttribute('tabindex', '0');
    });
  };
  say();
  if (window.sluiceSays) return;
  // a table whose row was picked beforehand has no cell for the arrow keys to begin at
  document.addEventListener('focusin', ({target}) => {
    if (!target.matches('[data-testid=data-grid-canvas]')) return;
    if (!target.querySelector('td[aria-selected=true]'))
      target.querySelector('tr[aria-selected=true] td')?.focus();
  });
  // and its rows are picked by Shift and Space: by Space too, as in any list
  document.addEventListener('keydown', event => {
    const grid = event.target.closest?.('[data-testid=data-grid-canvas]');
    if (event.key !== ' ' || event.shiftKey || !grid?.querySelector('tr[aria-selected=true]'))
      return;
    event.preventDefault();
    event.stopPropagation();
    event.target.dispatchEvent(new KeyboardEvent('keydown',
        {key: ' ', code: 'Space', keyCode: 32, shiftKey: true, bubbles: true, cancelable: true}));
  }, true);
  window.sluiceSays = new MutationObserver(say);
  window.sluiceSays.observe(document.body, {childList: true, subtree: true});
})();
</script>"""


def help_readers() -> None:
    """Give the menu, small trends and boxes that scroll what assistive technology expects."""
    st.html(CONTRAST)
    st.html(FOCUS)
    st.html(ROLES, unsafe_allow_javascript=True)
