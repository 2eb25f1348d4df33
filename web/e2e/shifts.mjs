// What moves on a page, by itself or at all. Deliberately absent: how a page looks once it stands.

import assert from 'node:assert/strict';

/** A page that moves less than this stands still to the eye. */
const SHIFT_MAX = 0.02;

/** Runs in a page and its frames before anything else: adds up what moves, and what of it moves although nobody did anything. */
export function watchShifts() {
  window.shifted = { alone: 0, atAll: 0 };
  // A frame is laid out before its style is there, and painted after. Nobody sees the first of it, but it is reported.
  const isSeen = ({ startTime }) => parent === window || performance.getEntriesByName('first-paint').some((paint) => paint.startTime < startTime);
  const add = (list) => {
    for (const { value, hadRecentInput } of list.getEntries().filter(isSeen)) {
      window.shifted.atAll += value;
      if (!hadRecentInput) window.shifted.alone += value;
    }
  };
  new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
}

/** Nothing has moved by itself in the document of this page or frame; with `atAll` not even because a buyer typed. */
export async function standsStill(frame, how = 'alone') {
  const shifted = await frame.evaluate(() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(window.shifted)));
  }));
  assert.ok(shifted[how] < SHIFT_MAX, `CLS ${shifted[how]}`);
}
