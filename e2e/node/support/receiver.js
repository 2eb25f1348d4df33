// A merchant's webhook server on loopback: keeps what arrives, with its exact body.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { until } from './plain.js';

export class Receiver {
  #deliveries = [];
  #server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    this.#deliveries.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(this.statusByPath[request.url] ?? 200, { 'content-length': 0 }).end();
  });

  statusByPath = {};

  static async listen() {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  /** The address to register for `path`. */
  url(path = '/hook') {
    return `http://127.0.0.1:${this.#server.address().port}${path}`;
  }

  /** What has arrived on `path` so far. */
  arrived(path = '/hook') {
    return this.#deliveries.filter((delivery) => delivery.path === path);
  }

  /** The first delivery on `path` about this object; fails at the deadline. */
  wait(type, objectId, path = '/hook') {
    const isWanted = ({ body }) => {
      const event = JSON.parse(body);
      return event.type === type && event.data.object.id === objectId;
    };
    return until(() => this.arrived(path).find(isWanted), `webhook ${type} of ${objectId}`);
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
