//! What each error code means, what to do about it, and whether trying again helps.
//!
//! One row for each code that Florin gives, in alphabetical order; a test holds the rows against the sources. The texts are
//! plain, without markup. Deliberately absent: codes that Florin never gives.

use super::list::Again::{Changed, Later, Never, Soon};
use super::list::{Entry, entry};

/// The rows.
pub const ENTRIES: &[Entry] = &[
    entry(
        "account_invalid",
        Changed,
        "The header Stripe-Account names an account that this key does not belong to, or that does not exist.",
        "Leave the header out, or name the key's own account. Florin has no connected accounts yet.",
    ),
    entry(
        "amount_changed",
        Changed,
        "The total of the checkout session is another one than the buyer saw when the button was pressed.",
        "Show the buyer the new total, and let them press again. Nothing was charged.",
    ),
    entry(
        "amount_too_large",
        Changed,
        "The amount is above what the currency, or the authorization that is captured, allows.",
        "Send a smaller amount. For a capture, amount_capturable of the payment intent is the most that is left, unless overcapture \
         was granted.",
    ),
    entry(
        "amount_too_small",
        Changed,
        "The amount is below the smallest payment of the currency. The message names that amount.",
        "Send a larger amount, in the smallest unit of the currency: 2000 is 20.00 US dollars.",
    ),
    entry(
        "authentication_required",
        Changed,
        "The card demands that the buyer confirms the payment, and the buyer is not there or must not be asked.",
        "Bring the buyer back and confirm the payment intent on session, so that 3-D Secure can be shown. For payments without the \
         buyer, set the card up with a setup intent first.",
    ),
    entry(
        "balance_insufficient",
        Later,
        "The balance of the account does not cover the operation.",
        "Look at the balance, wait until payments have become available, or use a smaller amount.",
    ),
    entry(
        "card_declined",
        Later,
        "The card was declined. The member decline_code says why, as far as the issuer tells.",
        "Follow advice_code if there is one, and the section of the decline code below. Ask the buyer for another card if in doubt.",
    ),
    entry(
        "charge_already_captured",
        Never,
        "The money of this charge has been captured, or was captured at once when it was made.",
        "Nothing is left to do. Retrieve the charge to see amount_captured.",
    ),
    entry(
        "charge_already_refunded",
        Never,
        "All of the charge has been refunded.",
        "Nothing is left to do. List the refunds of the charge to see when and for how much.",
    ),
    entry(
        "charge_disputed",
        Never,
        "The buyer's bank has taken the money back in a dispute, so that a refund would pay it a second time.",
        "Retrieve the dispute of the charge, and answer it or accept it.",
    ),
    entry(
        "charge_expired_for_capture",
        Never,
        "The charge failed, its authorization expired, or it was released. There is no money to capture.",
        "Make a new payment. An authorization has to be captured before capture_before of its charge.",
    ),
    entry(
        "country_code_invalid",
        Changed,
        "A country is not given as a code of two letters.",
        "Send the ISO 3166-1 code, such as DE or US. The member param names the parameter.",
    ),
    entry(
        "customer_session_invalid",
        Changed,
        "The client secret of the customer session is none of this account and mode, or the session has expired.",
        "Make a new customer session on your server and give its client_secret to the page.",
    ),
    entry(
        "email_invalid",
        Changed,
        "An email address does not have the form of one.",
        "Correct the address, or leave it out. The member param names the parameter.",
    ),
    entry(
        "expired_card",
        Changed,
        "The issuer says that the card has expired.",
        "Ask the buyer for the new expiry date, or for another card.",
    ),
    entry(
        "idempotency_key_in_use",
        Soon,
        "The first request with this idempotency key is still being worked on.",
        "Wait a moment. The same request then gets the answer of the first one, and nothing happens twice.",
    ),
    entry(
        "incorrect_cvc",
        Changed,
        "The issuer says that the security code does not belong to the card.",
        "Ask the buyer to enter the code again, or for another card.",
    ),
    entry(
        "incorrect_number",
        Changed,
        "The check digit of the card number is wrong: a digit was mistyped.",
        "Ask the buyer to enter the number again. In test mode, use a published test card.",
    ),
    entry(
        "invalid_cvc",
        Changed,
        "The security code has the wrong length for the brand of the card, or is not made of digits.",
        "Ask for three digits, or four for American Express.",
    ),
    entry(
        "invalid_expiry_month",
        Changed,
        "The month of the expiry date is not a month, or has passed.",
        "Send exp_month as 1 to 12, and not before this month in this year.",
    ),
    entry(
        "invalid_expiry_year",
        Changed,
        "The year of the expiry date is not possible, or has passed.",
        "Send exp_year with two or four digits, and not before this year.",
    ),
    entry(
        "invalid_number",
        Changed,
        "The card number has the wrong length, or holds something other than digits.",
        "Ask the buyer to enter the number again. Spaces and dashes between the digits do no harm.",
    ),
    entry(
        "lock_timeout",
        Soon,
        "Another request was working on the same object, so that this one changed nothing.",
        "Send it again after a short, growing wait; clients do so by themselves. If it happens often, send requests on one object one \
         after the other.",
    ),
    entry(
        "missing",
        Changed,
        "The charge names a customer without a default card, and no source.",
        "Send source with a token, or attach a card to the customer first.",
    ),
    entry(
        "order_taken",
        Changed,
        "The order stands with another amount or currency: somebody asked for its payment at the front door before. The message \
         names that payment and its amount. Nothing was changed.",
        "Ask with the same amount and currency to get that payment, cancel it first, or use another order_id.",
    ),
    entry(
        "parameter_invalid_empty",
        Changed,
        "A parameter is empty. An empty value would unset it, and this one cannot be unset.",
        "Leave the parameter out, or give it a value. The member param names it.",
    ),
    entry(
        "parameter_invalid_integer",
        Changed,
        "A parameter is not a whole number, or is outside its range. The message gives the limit.",
        "Send a whole number without separators. Amounts are in the smallest unit of the currency.",
    ),
    entry(
        "parameter_missing",
        Changed,
        "A parameter that this operation needs was not sent.",
        "Send it. The member param, or the message, names it.",
    ),
    entry(
        "parameter_unknown",
        Changed,
        "This operation has no parameter of this name.",
        "Look for a spelling mistake, or for a name that another version of the API uses. The member param names it.",
    ),
    entry(
        "parameter_unsupported",
        Changed,
        "The parameter exists in the API, but Florin does not carry it out. Ignoring it could change money, parties or status, so the \
         request was refused.",
        "Leave the parameter out, if the payment is right without it. What is served is listed in docs/compatibility.md of Florin.",
    ),
    entry(
        "payment_intent_authentication_failure",
        Later,
        "The buyer did not pass the authentication of the card.",
        "Confirm the payment intent again with the same card or another one, so that the buyer can try once more.",
    ),
    entry(
        "payment_intent_invalid_parameter",
        Changed,
        "The client secret does not belong to this payment intent.",
        "Use the client_secret of the intent itself, with the publishable key of the same account and mode.",
    ),
    entry(
        "payment_intent_payment_attempt_expired",
        Changed,
        "The buyer was sent to a wallet or shown a code and did not pay in time.",
        "Confirm the payment intent again, with the same payment method or another one, when the buyer is there.",
    ),
    entry(
        "payment_intent_payment_attempt_failed",
        Changed,
        "The buyer, the wallet or the bank refused the payment, or money that was on its way did not come.",
        "Let the buyer try again or choose another payment method. Nothing was charged.",
    ),
    entry(
        "payment_intent_unexpected_state",
        Changed,
        "The payment intent does not have the status that this operation needs. The message names the status, and the error holds the \
         whole intent.",
        "Look at its status: it may have been paid or canceled already, or it waits for the buyer.",
    ),
    entry(
        "payment_link_sold_out",
        Changed,
        "As many buyers as the payment link allows have completed a checkout session.",
        "Raise `restrictions[completed_sessions][limit]` of the link, or remove it. The buyer was not charged.",
    ),
    entry(
        "processing_error",
        Later,
        "The issuer or the processor failed while it worked on the card. No money moved.",
        "Try again in a little while, or ask for another card.",
    ),
    entry(
        "rate_limit",
        Later,
        "Too many cards were declined within ten minutes, from one address or at one merchant, or one address tries too many at once. \
         Nobody was asked for this card and nothing was charged.",
        "Wait as long as Retry-After says. If buyers behind one address of yours meet the limit, whoever runs the server can raise it, or \
         name the proxy in front of it.",
    ),
    entry(
        "resource_already_exists",
        Changed,
        "The id that the request brings is, or was, that of another object. The id of a deleted product is not used again.",
        "Choose another id, or leave it out and Florin makes one. To change the object that has this id, update it.",
    ),
    entry(
        "resource_missing",
        Changed,
        "There is no such object for this key: it was never made, was deleted, or belongs to another account or mode.",
        "Check the id, and whether key and object are both of test mode or both of live mode. The member param names where the id was.",
    ),
    entry(
        "secret_key_required",
        Changed,
        "The operation needs a secret key, and must not be called from a web page.",
        "Call it from your server with the secret key. Browsers get the publishable key only.",
    ),
    entry(
        "session_complete",
        Never,
        "The checkout session is complete: its buyer paid, or had nothing to pay.",
        "Retrieve the session to see what was paid. A new order needs a new session.",
    ),
    entry(
        "session_expired",
        Changed,
        "The time of the checkout session is over, or the merchant ended it. Nothing was charged.",
        "Create a new session and send the buyer to its url.",
    ),
    entry(
        "setup_intent_authentication_failure",
        Later,
        "The buyer did not pass the authentication of the card that was to be set up.",
        "Confirm the setup intent again with the same card or another one, so that the buyer can try once more.",
    ),
    entry(
        "setup_intent_invalid_parameter",
        Changed,
        "The client secret does not belong to this setup intent.",
        "Use the client_secret of the intent itself, with the publishable key of the same account and mode.",
    ),
    entry(
        "setup_intent_unexpected_state",
        Changed,
        "The setup intent does not have the status that this operation needs. The error holds the whole intent.",
        "Look at its status: it may have succeeded or been canceled already, or it waits for the buyer.",
    ),
    entry(
        "token_already_used",
        Never,
        "The token was used before. A token is good for one use.",
        "Make a new token, or attach the payment method that the first use made to a customer and use that.",
    ),
    entry(
        "url_invalid",
        Changed,
        "A URL cannot be used: it has the wrong form or scheme, or it is an address that webhooks must not be sent to.",
        "Send a complete URL that begins with https. The message says what is wrong, and the member param names the parameter.",
    ),
];
