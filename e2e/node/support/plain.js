// What needs no SDK: words of one's own, and waiting.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

const DEADLINE_MS = 60_000;
const PAUSE_MS = 50;

// Letters alone: a long run of digits may look like a card number, which errors hide.
const letters = (text) => text.replaceAll('-', '').replace(/[0-9]/g, (digit) => 'ghijklmnop'[Number(digit)]);

/** A marker that no other test and no other run uses. */
export const fresh = (prefix = 'order') => `${prefix}-${letters(randomUUID())}`;

/** Calls `probe` until it gives a true value and returns that; fails at the deadline. */
export async function until(probe, what, deadlineMs = DEADLINE_MS) {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() >= end) assert.fail(`${what}: not within ${deadlineMs} ms`);
    await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
  }
}

/** The error that `promise` is rejected with; it must be of this class of the SDK. */
export async function refused(promise, ErrorClass) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof ErrorClass, `expected ${ErrorClass.name}, got ${error.type}: ${error.message}`);
    return error;
  }
  return assert.fail(`expected ${ErrorClass.name}, but the call succeeded`);
}
