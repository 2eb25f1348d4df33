// How patient a payment is where nobody answers. Deliberately absent: the loops. A frame and a page differ in what they tell a buyer.

/** How long to wait before the same request is sent again, each time; after the last one it has failed. */
export const RETRY_PAUSES_MS: readonly number[] = [600, 1_800, 4_000];
