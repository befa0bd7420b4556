/** A table of HTML; every cell is HTML already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const header = head.length === 0 ? '' : `<tr>${head.map((cell) => `<th>${cell}</th>`).join('')}</tr>`;
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  return `<table>${header}${body}</table>`;
}
