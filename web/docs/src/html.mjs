// Markup as a template: what is filled in is escaped, unless it is markup itself. Deliberately absent: attributes without quotes.

/** Markup that may be put into markup as it is. */
export class Markup {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escaped = (text) => String(text).replace(/[&<>"']/g, (letter) => ESCAPES[letter]);

function filled(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(filled).join('');
  if (value === null || value === undefined || value === false) return '';
  return escaped(value);
}

/** A template of markup; lists are put together, `null` and `false` are nothing. */
export function html(strings, ...values) {
  return new Markup(String.raw({ raw: strings }, ...values.map(filled)));
}

/** Text that is known to be markup. */
export const markup = (text) => new Markup(text);
