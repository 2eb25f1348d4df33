// Card data between a field frame and a request: each handle once, for a short time, and only for its own group.
// Deliberately absent: anything that outlives the page. Nothing here is ever stored.

import type { CardPart } from './fields';

/** How long a handle stays good. */
export const HELD_MS = 60_000;

interface Entry {
  group: string;
  card: CardPart;
  until: number;
}

export class Held {
  private readonly entries = new Map<string, Entry>();
  private readonly used = new Set<string>();

  /** Joins a part to what is held under this handle. False when the handle was used or belongs to another group. */
  put(handle: string, group: string, card: CardPart, now: number): boolean {
    this.expire(now);
    const entry = this.entries.get(handle);
    if (this.used.has(handle) || (entry && entry.group !== group)) return false;
    this.entries.set(handle, { group, card: { ...entry?.card, ...card }, until: now + HELD_MS });
    return true;
  }

  /** Gives the card away; the handle is of no use any more. */
  take(handle: string, now: number): CardPart | null {
    this.expire(now);
    const entry = this.entries.get(handle);
    if (!entry) return null;
    this.entries.delete(handle);
    this.used.add(handle);
    return entry.card;
  }

  /** Forgets what nobody came for. */
  expire(now: number): void {
    for (const [handle, entry] of this.entries) if (entry.until <= now) this.entries.delete(handle);
  }
}
