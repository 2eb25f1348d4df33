// A checkout in React over the providers of sessions, written as the official documentation tells shops to: the shop's own order, its own
// fields, and the payment element. It knows nothing of Florin.

import { loadStripe } from '@stripe/stripe-js';
import * as wrapper from '@stripe/react-stripe-js/checkout';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

// A generation has one pair or the other. What the hook gives is the same.
const { CheckoutElementsProvider, CheckoutProvider, useCheckoutElements, useCheckout, PaymentElement } = wrapper;
const data = JSON.parse(document.getElementById('data').textContent);
/** What a shop knows of a buyer who has an account. */
const ADDRESS = { line1: 'Rosenweg 1', line2: null, city: 'Berlin', postal_code: '10115', state: null, country: 'DE' };
const ACCOUNT = { name: 'Ada Buyer', address: ADDRESS };
const PHONE = '+4930123456';

function Order({ checkout, act }) {
  const adjust = ({ id, quantity }, by) => act(checkout.updateLineItemQuantity({ lineItem: id, quantity: quantity + by }));
  return (
    <ul>
      {checkout.lineItems.map((item) => (
        <li key={item.id}>
          {item.quantity} × {item.name}: {item.total.amount}
          {item.adjustableQuantity && <button type="button" onClick={() => adjust(item, 1)}>One more</button>}
          {item.adjustableQuantity && <button type="button" onClick={() => adjust(item, -1)}>One less</button>}
        </li>
      ))}
    </ul>
  );
}

function Shipping({ checkout, act }) {
  const fill = async () => {
    await act(checkout.updateShippingAddress(ACCOUNT));
    await act(checkout.updateBillingAddress(ACCOUNT));
    await act(checkout.updatePhoneNumber(PHONE));
  };
  return (
    <fieldset>
      <legend>Shipping</legend>
      {checkout.shippingOptions.map(({ id, displayName, amount }) => (
        <label key={id}>
          <input
            type="radio" name="shipping" checked={checkout.shipping?.shippingOption.id === id} onChange={() => act(checkout.updateShippingOption(id))}
          />
          {displayName} {amount}
        </label>
      ))}
      <button type="button" onClick={fill}>Use my address</button>
      <p>{checkout.shippingAddress ? `To ${checkout.shippingAddress.name}, ${checkout.shippingAddress.address.city}` : 'No address yet'}</p>
    </fieldset>
  );
}

function Form({ checkout }) {
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [email, setEmail] = useState('');
  // The tests look at what the provider gives.
  useEffect(() => void (window.checkout = checkout), [checkout]);

  const act = async (doing) => {
    setText('');
    const { type, error, session } = await doing;
    if (type === 'error') setText(`error ${error.code}: ${error.message}`);
    else if (session.status.type === 'complete') setText(`complete ${session.status.paymentStatus}`);
  };
  const pay = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    await act(checkout.confirm({ redirect: data.redirect ?? 'if_required' }));
    setBusy(false);
  };
  return (
    <form onSubmit={pay}>
      <Order checkout={checkout} act={act} />
      <label htmlFor="email">E-mail</label>
      <input
        id="email" type="email" value={email} onChange={(event) => setEmail(event.target.value)}
        onBlur={() => email && act(checkout.updateEmail(email))}
      />
      {checkout.shippingOptions.length > 0 && <Shipping checkout={checkout} act={act} />}
      <div className="place"><PaymentElement /></div>
      <button disabled={!checkout.canConfirm || isBusy}>Pay {checkout.total.total.amount}</button>
      <p role="status">{text}</p>
    </form>
  );
}

function Shop() {
  const state = (useCheckoutElements ?? useCheckout)();
  if (state.type === 'loading') return <p>Loading</p>;
  return state.type === 'error' ? <p role="status">not loaded: {state.error.message}</p> : <Form checkout={state.checkout} />;
}

/** A server would be asked here; `broken` plays one that does not answer. */
const fetchClientSecret = async () => {
  if (data.broken) throw new Error(data.broken);
  return data.secret;
};
const stripePromise = loadStripe(data.publishableKey, { locale: 'en' });
const elementsOptions = { appearance: { theme: 'stripe' } };
const options = CheckoutElementsProvider ? { clientSecret: fetchClientSecret(), elementsOptions } : { fetchClientSecret, elementsOptions };
// It may fail before the provider waits for it.
options.clientSecret?.catch(() => {});
const Provider = CheckoutElementsProvider ?? CheckoutProvider;
createRoot(document.getElementById('app')).render(
  <StrictMode><Provider stripe={stripePromise} options={options}><Shop /></Provider></StrictMode>,
);
