// The servers of a client: a socket for each, whose turn it is, who is passed over.
import {Dealer} from 'zeromq';
import {REPLY_MAX, byDistance} from './protocol.js';

const HEARTBEAT_MS = 1000; // between two signs of life that are asked for
const HEARTBEAT_PATIENCE_MS = 3000; // without one for so long, a server is gone

/**
 * One server. libzmq gives a connection up for good when the peer sends too much or refuses the key: that need not stay so, so the socket
 * is made anew where nothing moves.
 */
class Server {
  #options;
  #socket;
  #movedAt;
  #passedOverUntil = 0; // 0: nothing is held against it
  #receive;

  /** `receive(server, bytes)` is called for each message. Throws what libzmq refuses. */
  constructor(endpoint, options, receive) {
    this.endpoint = endpoint;
    this.junk = 0; // how many of its messages could not be read
    this.#options = options;
    this.#receive = receive;
    this.#socket = this.#connect();
  }

  #connect() {
    const options = this.#options;
    const socket = new Dealer({
      linger: 0,
      immediate: true, // requests go only to a server that is there
      sendTimeout: 0,
      heartbeatInterval: HEARTBEAT_MS,
      heartbeatTimeout: HEARTBEAT_PATIENCE_MS,
      sendHighWaterMark: options.queue,
      receiveHighWaterMark: options.queue,
      maxMessageSize: REPLY_MAX,
      ...(options.server_key && {curveServerKey: options.server_key, curvePublicKey: options.public_key, curveSecretKey: options.secret_key}),
    });
    try {
      socket.connect(this.endpoint);
    } catch (error) {
      socket.close();
      throw error;
    }
    this.#movedAt = performance.now();
    this.#read(socket);
    return socket;
  }

  /** The last part of each message, so that a delimiter before it is passed over. Ends when the socket is closed. */
  async #read(socket) {
    try {
      for await (const parts of socket) {
        this.#movedAt = performance.now();
        this.#receive(this, parts[parts.length - 1]);
      }
    } catch (error) {
      if (!socket.closed) {
        this.#movedAt = -Infinity; // it is made anew when the next request finds nobody
      }
    }
  }

  /** Hands it the request. False: it is not there, or has enough to do. */
  async take(request) {
    try {
      await this.#socket.send(request);
    } catch {
      return false;
    }
    this.#movedAt = performance.now();
    return true;
  }

  connectAnewIfStuck() {
    if (performance.now() - this.#movedAt >= this.#options.reconnect_ms) {
      this.#socket.close();
      this.#socket = this.#connect();
    }
  }

  missed() {
    this.#passedOverUntil = performance.now() + this.#options.pass_over_ms;
  }

  answered() {
    this.#passedOverUntil = 0;
  }

  /** Of a server that missed, one request is tried each time when it has been passed over long enough. */
  mayHaveTurn() {
    if (this.#passedOverUntil === 0) {
      return true;
    }
    if (performance.now() < this.#passedOverUntil) {
      return false;
    }
    this.missed();
    return true;
  }

  close() {
    this.#socket.close();
  }
}

/**
 * Requests about a visitor go to their home while it is there, for what a visitor did is known where it was told, and then to the next
 * nearest; other requests take turns.
 */
export class Servers {
  #all = [];
  #turn = 0;

  constructor(options, receive) {
    try {
      options.endpoints.forEach((endpoint) => this.#all.push(new Server(endpoint, options, receive)));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #inTurn(visitor, homeAlone) {
    if (visitor === null) {
      this.#turn = (this.#turn + 1) % this.#all.length;
      return [...this.#all.slice(this.#turn), ...this.#all.slice(0, this.#turn)];
    }
    const nearer = byDistance(visitor);
    const order = [...this.#all].sort((one, other) => nearer(one.endpoint, other.endpoint));
    return homeAlone ? order.slice(0, 1) : order;
  }

  /**
   * Whoever takes the request; null: nobody does now. Those passed over are asked when there is no other. `homeAlone`: only the visitor's
   * own server may.
   */
  async take(request, visitor, homeAlone) {
    const passedOver = [];
    for (const server of this.#inTurn(visitor, homeAlone)) {
      if (!server.mayHaveTurn()) {
        passedOver.push(server);
      } else if (await server.take(request)) {
        return server;
      }
    }
    for (const server of passedOver) {
      if (await server.take(request)) {
        return server;
      }
    }
    return null;
  }

  connectStuckAnew() {
    this.#all.forEach((server) => server.connectAnewIfStuck());
  }

  close() {
    this.#all.forEach((server) => server.close());
  }
}
