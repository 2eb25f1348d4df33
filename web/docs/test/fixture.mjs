// A small contract and a few pages, with everything in them that the real ones may have, and what must never reach a page as markup.

const WILD = '<img src=x onerror="alert(1)">';

const amount = { type: 'integer', minimum: 1, maximum: 99, description: `In the smallest unit ${WILD}` };
const shipping = {
  type: 'object', required: ['name'],
  properties: { name: { type: 'string', maxLength: 40 }, address: { type: 'object', properties: { city: { type: 'string' } } } },
};
const reason = { type: 'string', enum: [WILD, 'plain'] };
const lines = { type: 'array', items: { type: 'object', properties: { quantity: { type: 'integer' } } } };

/** Of the operations that the table of examples knows. */
export const contract = {
  paths: {
    '/v1/refunds': {
      get: { operationId: 'get_v1_refunds', parameters: [{ name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1 } }] },
      post: {
        operationId: 'post_v1_refunds',
        requestBody: {
          content: {
            'application/x-www-form-urlencoded': {
              schema: { type: 'object', required: ['shipping'], properties: { amount, lines, reason, shipping } },
            },
          },
        },
      },
    },
  },
  'x-florin-events': [{ type: 'refund.created', object: 'refund' }, { type: 'charge.refunded', object: 'charge' }],
  'x-florin-errors': [
    { code: 'amount_too_small', kind: 'code', text: 'Ask for more.' }, { code: 'lost_card', kind: 'decline', text: `The card is lost ${WILD}` },
  ],
};

const PAGES = {
  'README.md': '# Documentation\n\nFor people who use Florin:\n\n| Page | Says |\n|---|---|\n| [guide/one.md](guide/one.md) | a |\n' +
    '| [two.md](two.md) | b |\n\nFor people who work on it:\n\n| [three.md](three.md) | c |\n',
  'guide/one.md': `# One ${WILD}\n\nSee [two](../two.md#a-part), [three](../three.md) and [far](https://far.example/).\n\n${WILD}\n\n<!-- run -->\n`,
  'two.md': '# Two\n\n## A part\n\nText about walruses.\n\n## A part\n\n```sh run\necho "<b>"\n```\n',
  'compatibility.md': '# Compatibility\n\n## POST /v1/refunds\n\n- served: `amount`\n- echoed: `shipping`\n- refused: `instructions_email`, `origin`\n',
};

export const read = (name) => PAGES[name];
