// Whatever scrolls can be reached and scrolled by keyboard: it takes the focus while its content does not fit, and is named after its panel.
(() => {
  const scrollers = ".wide, .wide-inside, .trials, .lineage, .panel, .versions ul, .review-text, .nav, pre";
  const marked = "data-scrolls";
  let isDue = false;

  function mark() {
    isDue = false;
    for (const element of document.querySelectorAll(scrollers)) {
      const scrolls = element.scrollWidth > element.clientWidth + 1 && isScroller(getComputedStyle(element).overflowX)
        || element.scrollHeight > element.clientHeight + 1 && isScroller(getComputedStyle(element).overflowY);
      if (scrolls && !element.hasAttribute("tabindex")) {
        element.setAttribute("tabindex", "0");
        element.setAttribute(marked, "");
        const title = element.closest(".panel")?.querySelector("h2")?.textContent;
        if (title && element.localName === "div" && !element.hasAttribute("role")) {
          element.setAttribute(marked, "named");
          element.setAttribute("role", "group");
          element.setAttribute("aria-label", title);
        }
      } else if (!scrolls && element.hasAttribute(marked)) {
        for (const name of element.getAttribute(marked) === "named" ? ["tabindex", "role", "aria-label", marked] : ["tabindex", marked])
          element.removeAttribute(name);
      }
    }
  }

  const isScroller = overflow => overflow === "auto" || overflow === "scroll";

  function schedule() {
    if (!isDue) {
      isDue = true;
      setTimeout(() => requestAnimationFrame(mark), 100);
    }
  }

  new MutationObserver(schedule).observe(document.body, { childList: true, subtree: true });
  new ResizeObserver(schedule).observe(document.body);
  schedule();
})();
