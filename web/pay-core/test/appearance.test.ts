// What a shop may say about looks, and what no shop can smuggle into a frame that holds card numbers.
import { describe, expect, it } from 'vitest';
import { compile, compileElementStyle, isKnownSelector, isSafeValue, kebab } from '../src/appearance';

describe('an appearance', () => {
  it('sets the variables of its theme', () => {
    expect(compile().css).toContain('--color-background:#ffffff');
    expect(compile({ theme: 'night' }).css).toContain('color-scheme:dark');
    expect(compile({ theme: 'night' }).css).toContain('--color-background:#1b2130');
    expect(compile({ theme: 'flat' }).css).toContain('--border-radius:4px');
  });

  it('puts the variables of the shop over them', () => {
    const { css, rejected } = compile({ variables: { colorPrimary: '#ff0000', tabLogoSelectedColor: 'light', spacingUnit: '3px' } });
    expect(css).toContain('--color-primary:#ff0000');
    expect(css).toContain('--tab-logo-selected-color:light');
    expect(css).not.toContain('#0b5fff');
    expect(rejected).toEqual([]);
  });

  it('writes rules with the spelling of CSS', () => {
    const { css, rejected } = compile({
      rules: {
        '.Input': { borderColor: 'var(--colorPrimary)', WebkitFontSmoothing: 'antialiased', 'font-size': '17px' },
        '.Tab--selected:hover, .Block': { boxShadow: '0 0 0 2px rgba(0, 0, 0, .5)' },
        '.Input::placeholder': { color: 'red' },
      },
    });
    expect(css).toContain('.Input{border-color:var(--color-primary);-webkit-font-smoothing:antialiased;font-size:17px}');
    expect(css).toContain('.Tab--selected:hover,.Block{box-shadow:0 0 0 2px rgba(0, 0, 0, .5)}');
    expect(css).toContain('.Input::placeholder{color:red}');
    expect(rejected).toEqual([]);
  });

  it('falls back to the first theme when it does not know one', () => {
    expect(compile({ theme: 'neon' as never }).css).toContain('--color-background:#ffffff');
  });
});

describe('hostile selectors', () => {
  it.each([
    '.Evil', '.Evil}body{', '.Input}body', '.Input[value^="4"]', '.Input .Label', '.Input > input', 'input', 'body', '*', '.Input:has(a)',
    '.Input:not(.Label)', '.Input--wrong', '.input', '.Input/**/', '.Input,body', '.Input::after', '@import "x"', '',
  ])('%s is refused', (selector) => {
    const { css, rejected } = compile({ rules: { [selector]: { color: 'rgb(1,2,3)' } } });
    expect(rejected).toEqual([`rules.${selector}`]);
    expect(css).not.toContain('rgb(1,2,3)');
  });

  it.each(['.Input', '.Input--invalid', '.Input--invalid:focus', '.Label--floating', '.TabIcon--selected', '.Tab:focus-visible'])(
    '%s is known', (selector) => expect(isKnownSelector(selector)).toBe(true));
});

describe('hostile values', () => {
  const hostile = [
    'url(https://evil.example/x)', 'URL ( "https://evil.example" )', 'red;background:blue', 'red}body{color:blue', '<style>',
    'expression(alert(1))', '@import "x"', '\\75rl(x)', 'image-set("https://evil.example/x" 1x)', '-webkit-image-set("x" 1x)',
    'image("x")', 'src("x")', 'attr(value)', 'red/*', 'red !important', 'calc(1px', '1px)', '"open', "'open", 'a\nb', 'x'.repeat(301),
  ];
  it.each(hostile)('%s is refused in rules and variables', (value) => {
    const { css, rejected } = compile({ rules: { '.Input': { color: value } }, variables: { colorPrimary: value } });
    expect(rejected).toEqual(['variables.colorPrimary', 'rules..Input.color']);
    expect(css).not.toContain(value);
  });
  it.each(hostile)('%s is refused in the style of an element', (value) => {
    const { css, rejected } = compileElementStyle({ base: { color: value, iconColor: value, ':hover': { color: value } } });
    expect(rejected.sort()).toEqual(['style.base.:hover.color', 'style.base.color', 'style.base.iconColor']);
    expect(css).not.toContain(value);
  });
  it.each([{}, [], null, undefined, true, () => 'red'])('%s is no value', (value) => expect(isSafeValue(value)).toBe(false));
  it.each(['#fff', 'rgba(0,0,0,.1)', '0 1px 2px rgb(0 0 0 / 10%)', '"Segoe UI", sans-serif', 'calc(1px + 2%)', 12])(
    '%s is one', (value) => expect(isSafeValue(value)).toBe(true));
});

describe('hostile properties', () => {
  it.each(['background', 'backgroundImage', 'content', 'position', 'display', 'borderImage', 'border-image-source', 'cursor', 'filter', 'mask',
    'listStyleImage', 'visibility', 'zIndex', '--x', 'all', 'font'])('%s is refused', (property) => {
    expect(compile({ rules: { '.Input': { [property]: '0' } } }).rejected).toEqual([`rules..Input.${property}`]);
  });
  it.each(['a b', 'x}', 'X', '', '--a', 'a:b', 'constructor;'])('a variable is not called "%s"', (name) => {
    expect(compile({ variables: { [name]: '1px' } }).rejected).toEqual([`variables.${name}`]);
  });
});

describe('the style of a card element', () => {
  it('covers the four states, each with its pseudo-classes behind it', () => {
    const { css, rejected } = compileElementStyle({
      invalid: { color: 'crimson', iconColor: 'crimson' },
      base: { ':focus': { color: 'navy' }, '::placeholder': { color: 'silver' }, color: 'black', fontSize: '18px', iconColor: 'gray' },
      '::-ms-clear': {},
    });
    const rules = css.split('\n').slice(1).filter(Boolean);
    expect(rules).toEqual([
      '.Input{color:black;font-size:18px}', '.Input:focus{color:navy}', '.Input::placeholder{color:silver}', '.Icon{color:gray}',
      '.Input--invalid{color:crimson}', '.Icon--invalid{color:crimson}',
    ]);
    expect(rejected).toEqual([]);
  });
  it('needs no style', () => expect(compileElementStyle().rejected).toEqual([]));
});

it('spells names as CSS does', () => {
  expect(kebab('colorTextSecondary')).toBe('color-text-secondary');
  expect(kebab('WebkitTextFillColor')).toBe('-webkit-text-fill-color');
  expect(kebab('font-size')).toBe('font-size');
});
