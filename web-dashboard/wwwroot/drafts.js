// What somebody has typed into a field with data-draft outlives a reload and a lost circuit, in this tab, until its form is sent and not refused.
(() => {
  const keyOf = field => `draft ${location.pathname} ${field.dataset.draft}`;
  const afterSending = 1500;

  function restore() {
    for (const field of document.querySelectorAll("[data-draft]:not([data-draft-seen])")) {
      field.setAttribute("data-draft-seen", "");
      const draft = sessionStorage.getItem(keyOf(field));
      if (draft === null || draft === field.value)
        continue;
      field.value = draft;
      for (const event of ["input", "change"])
        field.dispatchEvent(new Event(event, { bubbles: true }));
    }
  }

  document.addEventListener("input", ({ target }) => {
    if (target.dataset?.draft)
      sessionStorage.setItem(keyOf(target), target.value);
  }, true);
  const forgetUnlessRefused = form => setTimeout(() => {
    if (!form.querySelector("[role=alert]"))
      form.querySelectorAll("[data-draft]").forEach(field => sessionStorage.removeItem(keyOf(field)));
  }, afterSending);
  document.addEventListener("submit", ({ target }) => forgetUnlessRefused(target), true);
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("[data-draft-sends]"))
      forgetUnlessRefused(target.closest("form"));
  }, true);
  new MutationObserver(restore).observe(document.body, { childList: true, subtree: true });
  restore();
})();
