// Runs in the buyer's browser on the page of an open order: asks the shop how the order stands, and shows it anew when that changes.
// Deliberately absent: an opinion. What the page says comes from the shop, which was told by the signed webhook.

const ASK_EVERY_MS = 500;
const shown = document.querySelector('[data-state]').dataset.state;

async function look() {
  try {
    const response = await fetch(`${location.pathname}/state`, { cache: 'no-store' });
    if (response.ok && (await response.json()).state !== shown) return location.reload();
  } catch {
    // The network comes back, or the buyer reloads the page.
  }
  return setTimeout(look, ASK_EVERY_MS);
}

look();
