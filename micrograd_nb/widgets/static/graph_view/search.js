// Finding nodes by their names. Nothing here knows of a page.

/** The places of all entries [name, where it is drawn] with the text in their names, those that are called so first. */
export function matches(entries, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const found = entries.filter(([name]) => name.toLowerCase().includes(wanted));
  const exact = found.filter(([name]) => name.toLowerCase() === wanted);
  return [...exact, ...found.filter((entry) => !exact.includes(entry))];
}
