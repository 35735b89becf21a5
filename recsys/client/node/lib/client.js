import {Answer, fallBack, ownError} from './answer.js';
import {optionsOf} from './options.js';
import {
  BadReply, CHANGES, HOME_ALONE, MSGID_MAX, REPEATED, decode, encode, kindOf, shapeError, visitorOf, withEventIds,
} from './protocol.js';
import {Servers} from './servers.js';

const LOOK_AGAIN_MS = 5; // between two looks for a server that takes what waits
const PAUSE_MS = 20; // before a busy server is asked again
const MAY_DO_BETTER = ['busy', 'shutting_down']; // errors that a moment later, or another server, may not have

/** A request under way. Its number stays when it is sent again: a reply to any of its copies is the reply. */
class Request {
  constructor(method, params, options, timeoutMs) {
    this.kind = kindOf(method);
    this.params = params;
    this.timeoutMs = timeoutMs ?? (CHANGES.includes(this.kind) ? options.change_timeout_ms : options.timeout_ms);
    this.attemptsLeft = REPEATED.includes(this.kind) ? options.change_attempts : 1;
    this.attempt = 0;
    this.server = null; // who has it
    this.junkBefore = 0;
    this.timer = null;
    this.promise = new Promise((resolve) => { this.resolve = resolve; });
  }

  givenTo(server) {
    this.server = server;
    this.junkBefore = server.junk;
  }

  whyNoReply() {
    if (this.server === null) {
      return ownError('timeout', `no server took the request in ${this.timeoutMs} ms`);
    }
    return this.server.junk > this.junkBefore
      ? ownError('bad_reply', `${this.server.endpoint} sent bytes that are no reply, and no reply in ${this.timeoutMs} ms`)
      : ownError('timeout', `no reply from ${this.server.endpoint} in ${this.timeoutMs} ms`);
  }
}

/**
 * A connection to one or several servers; many requests may be under way at once. Belongs to the thread that made it. A promise of its
 * methods is never rejected: what is wrong stands in the answer's `error`. Close it, or the process does not end.
 */
export class Client {
  #options;
  #servers;
  #open = new Map(); // requests under way by number
  #waiting = []; // of them, those that wait for a server
  #looking = null;
  #lastMsgid = 0;
  #closed = false;

  constructor(endpoints, options = {}) {
    this.#options = optionsOf(endpoints, options);
    this.#servers = new Servers(this.#options, (server, bytes) => this.#receive(server, bytes));
  }

  /** Any method by its name, also of a later server. `timeout_ms`: other than the client's. */
  call(method, params = {}, timeout_ms = undefined) {
    if (this.#closed) {
      throw new Error('the client is closed');
    }
    const request = new Request(method, params, this.#options, timeout_ms);
    try {
      const told = request.kind === 'event' ? withEventIds(params) : params;
      request.msgid = this.#nextMsgid();
      request.visitor = visitorOf(method, told);
      request.bytes = encode(request.msgid, method, told);
    } catch (error) { // whatever a caller's values throw: a page is not to fail for it
      this.#fail(request, ownError('argument', `${method}: ${error.message}`));
      return request.promise;
    }
    this.#open.set(request.msgid, request);
    this.#beginAttempt(request);
    return request.promise;
  }

  /** Never 0, and none that is under way. */
  #nextMsgid() {
    do {
      this.#lastMsgid = this.#lastMsgid % MSGID_MAX + 1;
    } while (this.#open.has(this.#lastMsgid));
    return this.#lastMsgid;
  }

  // ---- on the way there ----

  #beginAttempt(request) {
    request.attemptsLeft--;
    request.attempt++;
    request.server = null;
    request.timer = setTimeout(() => this.#overdue(request), request.timeoutMs);
    this.#handOver(request);
  }

  /** A reply may come before `take` has said who took the request: it goes by the number all the same. */
  async #handOver(request) {
    const attempt = request.attempt;
    const server = await this.#servers.take(request.bytes, request.visitor, HOME_ALONE.includes(request.kind));
    if (this.#open.get(request.msgid) !== request || request.attempt !== attempt) {
      return; // its time was over meanwhile
    }
    if (server) {
      request.givenTo(server);
      return;
    }
    this.#waiting.push(request);
    this.#looking ??= setTimeout(() => this.#lookAgain(), LOOK_AGAIN_MS);
  }

  #lookAgain() {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#looking = null;
    waiting.filter((request) => this.#open.get(request.msgid) === request).forEach((request) => this.#handOver(request));
  }

  // ---- on the way back ----

  #receive(server, bytes) {
    let reply;
    try {
      reply = decode(bytes);
    } catch (error) {
      if (!(error instanceof BadReply)) {
        throw error;
      }
      server.junk++;
      return;
    }
    const request = this.#open.get(reply.msgid);
    if (request && reply.error && MAY_DO_BETTER.includes(reply.error.name) && request.attemptsLeft > 0) {
      this.#pause(request);
    } else if (request) { // else it was given up
      this.#settle(request, server, reply);
    }
  }

  #pause(request) {
    clearTimeout(request.timer);
    request.timer = setTimeout(() => this.#beginAttempt(request), PAUSE_MS);
  }

  #settle(request, server, reply) {
    const error = reply.error ?? shapeError(request.kind, reply.result, server.endpoint);
    if (error && (error.name === 'shutting_down' || error.name === 'bad_reply')) {
      server.missed();
    } else {
      server.answered();
    }
    if (error) {
      this.#fail(request, error);
    } else {
      this.#end(request, new Answer('server', reply.result));
    }
  }

  #overdue(request) {
    const error = request.whyNoReply();
    this.#waiting = this.#waiting.filter((other) => other !== request);
    if (request.server) {
      request.server.missed();
    } else {
      this.#servers.connectStuckAnew();
    }
    if (request.attemptsLeft > 0) {
      this.#beginAttempt(request);
    } else {
      this.#fail(request, error);
    }
  }

  #fail(request, error) {
    this.#end(request, fallBack(request.kind, request.params, this.#options.fallback, error));
  }

  #end(request, answer) {
    clearTimeout(request.timer);
    this.#open.delete(request.msgid);
    request.resolve(answer);
  }

  /** Drops what is under way: its answers are the fallback's. Again: does nothing. */
  close() {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    clearTimeout(this.#looking);
    [...this.#open.values()].forEach((request) => this.#fail(request, ownError('closed', 'the client was closed')));
    this.#servers.close();
  }

  // ---- shelves ----

  related(params) {
    return this.call('related', params);
  }

  bought_together(params) {
    return this.call('bought_together', params);
  }

  bought_next(params) {
    return this.call('bought_next', params);
  }

  for_you(params) {
    return this.call('for_you', params);
  }

  cart(params) {
    return this.call('cart', params);
  }

  popular(params) {
    return this.call('popular', params);
  }

  trending(params) {
    return this.call('trending', params);
  }

  new_arrivals(params) {
    return this.call('new_arrivals', params);
  }

  alternatives(params) {
    return this.call('alternatives', params);
  }

  buy_again(params) {
    return this.call('buy_again', params);
  }

  /** Several shelves, no product twice; each a name, or {shelf: name, limit: n}. */
  page(shelves, params) {
    return this.call('page', {shelves, ...params});
  }

  // ---- a visitor moves to leave ----

  offers(params) {
    return this.call('offers', params);
  }

  preview(params) {
    return this.call('preview', params);
  }

  /** An order comes with a code. Told again until it is answered: it counts once. */
  redeem(params) {
    return this.call('redeem', params);
  }

  // ---- what happens in the shop ----

  /** Told again until it is answered; it counts once, by its event_id, which is made where there is none. */
  event(params) {
    return this.call('event', params);
  }

  /** Several events, at most 1000. */
  events(events, params) {
    return this.call('event', {events, ...params});
  }

  /** Changes of items. Told once: a repetition might undo what somebody else has changed meanwhile. */
  items(items, params) {
    return this.call('items', {items, ...params});
  }

  forget(customer_id, params) {
    return this.call('forget', {customer_id, ...params});
  }

  // ---- looking ----

  find(params) {
    return this.call('find', params);
  }

  visitor(params) {
    return this.call('visitor', params);
  }

  health(params) {
    return this.call('health', params);
  }

  stats(params) {
    return this.call('stats', params);
  }

  reload(params) {
    return this.call('reload', params);
  }
}
