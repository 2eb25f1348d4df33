// The seam to whoever packs the parcels. Here it is a line in a file; put a call to your warehouse in its place.
//
// An order is told after it was saved as paid, and told again if the shop died between the two. So a warehouse has to know an order by
// its id. If this throws, the webhook is answered with an error, and Florin sends it again later.
// Deliberately absent: everything that a warehouse would answer.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export function tellWarehouse(folder, { id, lines }) {
  const parcel = { order: id, items: lines.map(({ sku, quantity }) => ({ sku, quantity })) };
  appendFileSync(join(folder, 'warehouse.jsonl'), `${JSON.stringify(parcel)}\n`);
}
