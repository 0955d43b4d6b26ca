// The decision boundary: which class is the most probable at each place, and how sure that is.

/** The probabilities of the classes, from what Python sends: of two classes, it sends those of the second. */
export function fieldsOf({ fields }) {
  const decoded = fields.map((field) => Uint8Array.from(atob(field), (letter) => letter.charCodeAt(0)));
  return decoded.length === 1 ? [decoded[0].map((share) => 255 - share), decoded[0]] : decoded;
}

/** The pixels of a picture, `side` × `side`, from top to bottom: colour of the class, and its sureness as opacity.
 *
 * Between the places of the grid the probabilities are interpolated. Where neighbours are of different classes, there
 * is a line in `ink`. All colours are [r, g, b].
 */
export function pixelsOf(fields, size, side, colours, ink) {
  const winners = new Uint8Array(side * side);
  const pixels = new Uint8ClampedArray(4 * side * side);
  const even = 255 / fields.length; // the share of each class, where nothing is known
  for (let row = 0; row < side; row++) {
    const [below, up] = placeOf(side - 1 - row, size, side);
    for (let column = 0; column < side; column++) {
      const [left, right] = placeOf(column, size, side);
      const corner = below * size + left;
      let best = -1;
      let winner = 0;
      for (let k = 0; k < fields.length; k++) {
        const field = fields[k];
        const low = field[corner] + (field[corner + 1] - field[corner]) * right;
        const high = field[corner + size] + (field[corner + size + 1] - field[corner + size]) * right;
        const share = low + (high - low) * up;
        if (share > best) [best, winner] = [share, k];
      }
      const place = row * side + column;
      winners[place] = winner;
      const edge = (column && winners[place - 1] !== winner) || (row && winners[place - side] !== winner);
      const [r, g, b] = edge ? ink : colours[winner % colours.length];
      const sure = Math.max(0, best - even) / (255 - even);
      pixels.set([r, g, b, edge ? 255 : 30 + 100 * sure], 4 * place);
    }
  }
  return pixels;
}

/** The place of the grid before a pixel, and how far it is from there to the next one. */
function placeOf(pixel, size, side) {
  const exact = (pixel / (side - 1)) * (size - 1);
  const place = Math.min(size - 2, Math.floor(exact));
  return [place, exact - place];
}
