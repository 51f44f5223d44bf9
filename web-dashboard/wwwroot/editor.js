// Where the caret of a text is, for the completion of the pipelines' editor.
export const lineOf = area => area.value.slice(0, area.selectionStart).split("\n").length - 1;

export function toEndOf(area, line) {
  const end = area.value.split("\n").slice(0, line + 1).join("\n").length;
  area.focus();
  area.setSelectionRange(end, end);
}
