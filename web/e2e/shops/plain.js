// A page without a framework: three single fields, or nothing but a client, for tests that talk to florin.js themselves.

const data = JSON.parse(document.getElementById('data').textContent);
const app = document.getElementById('app');
const add = (tag, attributes, text = '') => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  app.append(element);
  return element;
};

if (data.form === 'split') {
  const florin = window.Florin(data.publishableKey);
  const elements = florin.elements({ locale: 'en' });
  const status = add('p', { role: 'status' });
  const made = {};
  for (const [type, label] of [['cardNumber', 'Card number'], ['cardExpiry', 'Expiry'], ['cardCvc', 'CVC']]) {
    add('label', { for: type }, label);
    const place = add('div', { id: type, class: 'line' });
    made[type] = elements.create(type, type === 'cardNumber' ? { showIcon: true } : {});
    made[type].on('ready', () => (place.dataset.ready = '1'));
    made[type].on('change', (event) => (place.dataset.change = JSON.stringify(event)));
    made[type].mount(place);
  }
  add('button', { type: 'button' }, 'Pay').addEventListener('click', async () => {
    status.textContent = '';
    const result = await florin.confirmCardPayment(data.clientSecret, { payment_method: { card: made.cardNumber } });
    status.textContent = result.error ? `error ${result.error.code}: ${result.error.message}` : `paid ${result.paymentIntent.status}`;
  });
  Object.assign(window, { made, elements, florin });
}
window.data = data;
