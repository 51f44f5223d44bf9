// Where the caret of a text is, for the completion of the pipelines' editor.
export const lineOf = area => area.value.slice(0, area.selectionStart).split("\n").length - 1;

/** After a completion: the caret behind it, and the text told as if it had been typed, for those who listen (drafts.js). */
export function toEndOf(area, line) {
  const end = area.value.split("\n").slice(0, line + 1).join("\n").length;
  area.focus();
  area.setSelectionRange(end, end);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
