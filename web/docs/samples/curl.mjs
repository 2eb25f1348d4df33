// A sample for the command line. Deliberately absent: options that only look nice.

const PLAIN = /^[\w./:-]+$/;

/** The pairs of a form, nested names in brackets. */
export function pairsOf(value, name = '') {
  if (Array.isArray(value)) {
    const isPlain = value.every((one) => typeof one !== 'object');
    return value.flatMap((one, at) => pairsOf(one, `${name}[${isPlain ? '' : at}]`));
  }
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).flatMap(([key, inner]) => pairsOf(inner, name ? `${name}[${key}]` : key));
  }
  return [[name, String(value)]];
}

/** A word of the shell. What a form would read as something else is a mistake in the table. */
function word(text) {
  if (/[&+%"`\\!']/.test(text.replace(/=/, ''))) throw new Error(`a sample of curl cannot say ${text}`);
  return PLAIN.test(text.replace('=', '')) ? text : `"${text}"`;
}

/** The text of the sample. */
export function curlSample({ verb, path, places }, { ids = [], params = {} }) {
  const filled = places.reduce((so, place, at) => so.replace(`{${place}}`, `$${ids[at]}`), path);
  const fields = pairsOf(params).map(([name, value]) => `  -d ${word(`${name}=${value}`)}`);
  const first = [`curl ${verb === 'get' && fields.length > 0 ? '-G ' : ''}"$FLORIN_URL${filled}"`, '  -u "$FLORIN_KEY:"'];
  if (verb === 'delete') first.push('  -X DELETE');
  if (verb === 'post' && fields.length === 0) first.push('  -X POST');
  return `${[...first, ...fields].join(' \\\n')}\n`;
}
