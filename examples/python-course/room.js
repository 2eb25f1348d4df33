// Runs in the buyer's browser while the course is closed: listens, and shows the page anew when the site says that it changed. The browser
// connects again by itself. Deliberately absent: the lessons. They are sent to nobody who has not paid.

const events = new EventSource(`${location.pathname}/events`);
events.addEventListener('changed', () => {
  events.close();
  location.reload();
});
