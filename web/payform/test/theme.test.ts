// Whatever a merchant chooses, it can be read. Deliberately absent: taste.
import { describe, expect, it } from 'vitest';

import { contrast, formatColour, inkOn, legible, parseColour, type Colour } from '../src/colour';
import { themeSheet } from '../src/theme';

const WHITE: Colour = [255, 255, 255];
const PRIMARIES = ['#254edb', '#ffd400', '#ffffff', '#000000', '#777777', '#e6007e', '#0f0', '#7f7f00'];
/** The grounds of the styles, by scheme. */
const GROUNDS = { light: ['#ffffff', '#f4f5f7'], dark: ['#17191e', '#21242b'] };

const colourOf = (text: string) => parseColour(text)!;

/** The custom properties of one scheme. */
function propertiesOf(sheet: string, scheme: 'light' | 'dark'): Record<string, string> {
  const [light = '', dark = ''] = sheet.split('@media (prefers-color-scheme:dark)');
  return Object.fromEntries([...(scheme === 'dark' ? dark : light).matchAll(/--([\w-]+):(#\w+)/g)].map(([, name, value]) => [name, value]));
}

describe('colours', () => {
  it('are parsed or refused', () => {
    expect(parseColour('#0b5fff')).toEqual([11, 95, 255]);
    expect(parseColour('#0bf')).toEqual([0, 187, 255]);
    for (const text of ['red', '#12', '#12345g', 'url(#a)', null, undefined]) expect(parseColour(text)).toBe(null);
    expect(formatColour([11, 95, 255])).toBe('#0b5fff');
  });

  it('have the contrasts of the standard', () => {
    expect(contrast(WHITE, [0, 0, 0])).toBeCloseTo(21);
    expect(contrast([119, 119, 119], WHITE)).toBeCloseTo(4.48, 2);
    expect(inkOn([0, 0, 0])).toEqual(WHITE);
    expect(inkOn([255, 212, 0])).toEqual([0, 0, 0]);
  });

  it('stay as they are when they can be read', () => {
    expect(legible([0, 0, 139], [WHITE], 4.5)).toEqual([0, 0, 139]);
  });
});

describe.each(PRIMARIES)('the theme of %s', (primary) => {
  const sheet = themeSheet({ primary, background: null });

  it.each(['light', 'dark'] as const)('can be read in the %s scheme', (scheme) => {
    const properties = propertiesOf(sheet, scheme);
    const get = (name: string) => colourOf(properties[name]!);
    expect(contrast(get('on-brand'), get('brand'))).toBeGreaterThanOrEqual(4.5);
    for (const ground of GROUNDS[scheme]) expect(contrast(get('brand-ink'), colourOf(ground))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(get('brand-ink'), get('brand-tint'))).toBeGreaterThanOrEqual(4);
  });
});

describe('the background of the summary', () => {
  it.each(['#123d2f', '#fff7e0', '#888888', '#ff5500'])('%s has legible texts on it', (background) => {
    const properties = propertiesOf(themeSheet({ primary: null, background }), 'light');
    const get = (name: string) => colourOf(properties[name]!);
    expect(contrast(get('panel-ink'), get('panel'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(get('panel-dim'), get('panel'))).toBeGreaterThanOrEqual(4.5);
  });

  it('stays out of the dark scheme when it is light', () => {
    expect(propertiesOf(themeSheet({ primary: null, background: '#fff7e0' }), 'dark')).not.toHaveProperty('panel');
    expect(propertiesOf(themeSheet({ primary: null, background: '#123d2f' }), 'dark')).toHaveProperty('panel', '#123d2f');
  });

  it('takes nothing that is not a colour', () => {
    expect(themeSheet({ primary: '#000}body{display:none', background: 'red' })).toBe(themeSheet({ primary: null, background: null }));
  });
});
