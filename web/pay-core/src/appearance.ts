// How a shop's wishes about looks become CSS: the Appearance shape (theme, variables, rules) and the `style` of card elements.
//
// What a shop says is data from outside, so names and selectors come from lists, and a value that could reach the network, leave
// its declaration or run anything is refused. Deliberately absent: the structure of the frames' own styles, and the DOM.

export type Theme = 'stripe' | 'night' | 'flat' | 'none';

export interface Appearance {
  theme?: Theme;
  labels?: 'auto' | 'above' | 'floating';
  inputs?: 'spaced' | 'condensed';
  disableAnimations?: boolean;
  variables?: Record<string, string>;
  rules?: Record<string, Record<string, string>>;
}

/** CSS text for a constructed style sheet, and what was left out of it. */
export interface Compiled {
  css: string;
  rejected: string[];
}

type Values = Readonly<Record<string, string>>;

const LIGHT: Values = {
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif',
  fontSizeBase: '16px', fontLineHeight: '1.4', fontWeightLight: '300', fontWeightNormal: '400', fontWeightMedium: '500',
  fontWeightBold: '600', fontSmooth: 'auto', spacingUnit: '4px', gridRowSpacing: '16px', gridColumnSpacing: '12px',
  tabSpacing: '8px', borderRadius: '8px', focusOutline: 'none',
  colorPrimary: '#0b5fff', colorBackground: '#ffffff', colorText: '#1a1f36', colorTextSecondary: '#545b70',
  colorTextPlaceholder: '#6b7285', colorSuccess: '#0a7a45', colorDanger: '#c62828', colorWarning: '#8a5a00',
  colorBorder: '#d3d7e0', colorBorderStrong: '#aab0bf', colorHover: '#f6f8fb', shadowInput: '0 1px 2px rgba(18, 28, 55, .06)',
};
const THEMES: Readonly<Record<Theme, Values>> = {
  stripe: LIGHT,
  none: { ...LIGHT, borderRadius: '0px', shadowInput: 'none' },
  night: {
    ...LIGHT, colorPrimary: '#8ab4ff', colorBackground: '#1b2130', colorText: '#f2f5fb', colorTextSecondary: '#b4bccd',
    colorTextPlaceholder: '#929cb2', colorSuccess: '#5fd49a', colorDanger: '#ff9a94', colorWarning: '#f4c162',
    colorBorder: '#3a4257', colorBorderStrong: '#56607a', colorHover: '#232b3d', shadowInput: '0 1px 2px rgba(0, 0, 0, .35)',
  },
  flat: {
    ...LIGHT, borderRadius: '4px', colorBackground: '#f2f4f8', colorBorder: '#f2f4f8', colorBorderStrong: '#c3c9d6',
    colorHover: '#e7ebf2', shadowInput: 'none',
  },
};

const CLASSES = new Set(
  ('AccordionItem Action Block BlockAction BlockDivider Button Checkbox CheckboxInput CheckboxLabel CodeInput Dropdown DropdownItem ' +
    'Error Input InputCloseIcon InputDivider Label Link LinkAction Menu MenuAction MenuIcon Option PickerAction PickerItem RadioIcon ' +
    'RadioIconInner RadioIconOuter RedirectText SecondaryLink Spacer Switch SwitchControl Tab TabIcon TabLabel TermsLink TermsText ' +
    'Text ToggleItem').split(' '),
);
const STATES = new Set(
  'active checked complete disabled empty error expanded floating focused highlight invalid loaded loading negative new resting selected'
    .split(' '),
);
const PSEUDOS = new Set(
  ':hover :focus :active :disabled :autofill :-webkit-autofill :focus-visible :first-child :last-child ::placeholder ::selection'
    .split(' '),
);
const PROPERTIES = new Set(
  ('-webkit-font-smoothing -moz-osx-font-smoothing -webkit-text-fill-color accent-color background-color border border-bottom ' +
    'border-bottom-color border-bottom-left-radius border-bottom-right-radius border-bottom-style border-bottom-width border-color ' +
    'border-left border-left-color border-left-style border-left-width border-radius border-right border-right-color ' +
    'border-right-style border-right-width border-style border-top border-top-color border-top-left-radius border-top-right-radius ' +
    'border-top-style border-top-width border-width box-shadow caret-color color fill fill-opacity font-family font-size font-style ' +
    'font-variant font-variant-numeric font-variation-settings font-weight letter-spacing line-height margin margin-bottom ' +
    'margin-left margin-right margin-top opacity outline outline-color outline-offset outline-style outline-width padding ' +
    'padding-bottom padding-left padding-right padding-top stroke stroke-width text-align text-decoration text-shadow ' +
    'text-transform transition transition-duration transition-property transition-timing-function').split(' '),
);
const VARIABLE = /^[a-z][A-Za-z0-9]{0,63}$/;
// Functions that fetch, a way out of the declaration, escapes that hide either, and comments, which hide everything.
const FORBIDDEN = /url\s*\(|image(-set)?\s*\(|src\s*\(|element\s*\(|paint\s*\(|attr\s*\(|expression|@import|javascript:|[<>{};\\!]|\/\*/i;
const VALUE_LENGTH_MAX = 300;

/** `colorPrimary` as CSS spells it. Names that are spelled so already stay. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase()).replace(/^(webkit|moz)-/, '-$1-');
}

/** Whether a value stays inside of its declaration and asks nobody for anything. */
export function isSafeValue(value: unknown): value is string | number {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const text = String(value);
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')' && --depth < 0) return false;
  }
  const quotes = (text.match(/"/g)?.length ?? 0) % 2 === 0 && (text.match(/'/g)?.length ?? 0) % 2 === 0;
  return depth === 0 && quotes && text.length <= VALUE_LENGTH_MAX && !FORBIDDEN.test(text) && !/[\u0000-\u001f]/.test(text);
}

/** Whether a selector names one class of the list, with states and pseudo-classes of the lists. */
export function isKnownSelector(selector: string): boolean {
  const parts = /^\.([A-Z][A-Za-z]*)((?:--[a-z]+)*)((?:::?[a-z-]+)*)$/.exec(selector);
  if (!parts || !CLASSES.has(parts[1] ?? '')) return false;
  const states = (parts[2] ?? '').split('--').filter(Boolean);
  const pseudos = (parts[3] ?? '').match(/::?[a-z-]+/g) ?? [];
  return states.every((state) => STATES.has(state)) && pseudos.every((pseudo) => PSEUDOS.has(pseudo));
}

/** The variables of a theme with the shop's over them, ready for `:root`. */
function variables(appearance: Appearance, rejected: string[]): Values {
  const theme = THEMES[appearance.theme ?? 'stripe'] ?? LIGHT;
  const merged: Record<string, string> = { ...theme };
  for (const [name, value] of Object.entries(appearance.variables ?? {})) {
    if (VARIABLE.test(name) && isSafeValue(value)) merged[name] = resolved(String(value));
    else rejected.push(`variables.${name}`);
  }
  return merged;
}

/** A reference to another variable as the wire spells it, `var(--colorPrimary)`, in the spelling of CSS. */
function resolved(value: string): string {
  return value.replace(/var\(\s*--([A-Za-z0-9-]+)/g, (_, name: string) => `var(--${kebab(name)}`);
}

function declarations(properties: unknown, path: string, rejected: string[]): string {
  if (typeof properties !== 'object' || properties === null) return '';
  const kept: string[] = [];
  for (const [name, value] of Object.entries(properties)) {
    const property = kebab(name);
    if (PROPERTIES.has(property) && isSafeValue(value)) kept.push(`${property}:${resolved(String(value))}`);
    else rejected.push(`${path}.${name}`);
  }
  return kept.join(';');
}

/** An appearance as CSS. The frames' own styles stand in `@layer base`, so that every rule of a shop wins over them. */
export function compile(appearance: Appearance = {}): Compiled {
  const rejected: string[] = [];
  const values = Object.entries(variables(appearance, rejected)).map(([name, value]) => `--${kebab(name)}:${value}`);
  const rules: string[] = [];
  for (const [key, properties] of Object.entries(appearance.rules ?? {})) {
    const selectors = key.split(',').map((selector) => selector.trim());
    if (!selectors.every(isKnownSelector)) {
      rejected.push(`rules.${key}`);
      continue;
    }
    const body = declarations(properties, `rules.${key}`, rejected);
    if (body) rules.push(`${selectors.join(',')}{${body}}`);
  }
  const scheme = appearance.theme === 'night' ? 'dark' : 'light';
  return { css: `:root{color-scheme:${scheme};${values.join(';')}}\n${rules.join('\n')}`, rejected };
}

const STYLE_STATES: Readonly<Record<string, string>> = {
  base: '.Input', complete: '.Input--complete', empty: '.Input--empty', invalid: '.Input--invalid',
};

/** The `style` option of card elements as CSS. Without a style it is only the theme that is filled in. */
export function compileElementStyle(style: Record<string, unknown> = {}): Compiled {
  const { css, rejected } = compile({});
  const rules: string[] = [];
  for (const [state, selector] of Object.entries(STYLE_STATES)) {
    const properties = style[state];
    if (typeof properties !== 'object' || properties === null) continue;
    const own: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(properties)) {
      if (name === 'iconColor') {
        if (isSafeValue(value)) rules.push(`.Icon${selector.slice('.Input'.length)}{color:${value}}`);
        else rejected.push(`style.${state}.${name}`);
      } else if (PSEUDOS.has(name)) {
        const body = declarations(value, `style.${state}.${name}`, rejected);
        if (body) rules.push(`${selector}${name}{${body}}`);
      } else if (name.startsWith('::-ms-')) {
        continue;
      } else {
        own[name] = value;
      }
    }
    const body = declarations(own, `style.${state}`, rejected);
    // Before its pseudo-classes, which say more.
    if (body) rules.unshift(`${selector}{${body}}`);
  }
  const ordered = rules.sort((a, b) => rank(a) - rank(b));
  return { css: `${css}\n${ordered.join('\n')}`, rejected };
}

/** Base first, invalid last, whatever the order in which a shop wrote them. */
function rank(rule: string): number {
  const order = ['--complete', '--empty', '--invalid'];
  return 1 + order.findIndex((state) => rule.startsWith(`.Input${state}`) || rule.startsWith(`.Icon${state}`));
}
