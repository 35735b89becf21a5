/** A client of the Smart Shelf recommendation server. Params and results are those of the protocol's tables (recsys/server/PROTOCOL.md). */

export type Integer = number | bigint;
export type Method =
  | 'related' | 'bought_together' | 'bought_next' | 'for_you' | 'cart' | 'popular' | 'trending' | 'new_arrivals' | 'alternatives' | 'buy_again'
  | 'page' | 'offers' | 'preview' | 'redeem' | 'event' | 'items' | 'forget' | 'find' | 'visitor' | 'health' | 'stats' | 'reload';
export type Shelf =
  | 'related' | 'bought_together' | 'bought_next' | 'for_you' | 'cart' | 'popular' | 'trending' | 'new_arrivals' | 'alternatives' | 'buy_again';
export type Field = 'name' | 'price' | 'category' | 'url' | 'image' | 'stock' | 'lowest_price_30d';

/** Times are milliseconds. */
export interface Options {
  /** Most time of a question. 50 */
  timeout_ms?: number;
  /** Most time of one attempt to tell of events and changes. 1000 */
  change_timeout_ms?: number;
  /** Most attempts where a repetition does no harm. 3 */
  change_attempts?: number;
  /** How long a server that missed a request is passed over while there are others. 1000 */
  pass_over_ms?: number;
  /** A server that for so long neither took nor sent anything is connected to anew. 3000 */
  reconnect_ms?: number;
  /** Item ids shown when no answer comes, best first. */
  fallback?: readonly string[];
  /** Most requests, and most replies, that wait at one server. 1000 */
  queue?: number;
  /** CURVE keys in Z85: all three or none. */
  server_key?: string;
  public_key?: string;
  secret_key?: string;
}

/** Of the server; or, with code 0, the client's own: timeout, bad_reply, argument, closed. */
export interface AnswerError {
  code: number;
  name: string;
  message: string;
  field: string | null;
}

export interface Reason {
  model: string;
  stage?: number;
  because?: string;
  because_name?: string;
  pairs?: number;
  customers?: number;
  lift?: number;
  supported_by?: number;
  of?: number;
  sessions?: number;
  similarity?: number;
  rank?: number;
  bought?: number;
  last_bought?: Integer;
  [later: string]: unknown;
}

export interface Item {
  item_id: string;
  score: number;
  reason: Reason;
  name?: string;
  category?: string;
  url?: string;
  image?: string;
  price?: Integer;
  stock?: Integer;
  lowest_price_30d?: Integer;
  [later: string]: unknown;
}

export interface Short {
  code: string;
  missing: number;
}

export interface ShelfResult {
  generation: string | null;
  items: Item[];
  short: Short | null;
  decimals?: number;
  removed?: Record<string, number>;
  unknown?: string[];
  [later: string]: unknown;
}

export interface Decision {
  show: boolean;
  reason: string;
  campaign: string | null;
  message_key: string | null;
  variant: string | null;
  expires_at: Integer | null;
  triggers: {mouse_out: boolean; idle_seconds: number; back_button: boolean} | null;
  decimals?: number;
  decision?: Integer;
  repeated?: boolean;
  offers: Array<Record<string, unknown>>;
  [later: string]: unknown;
}

export interface PageResult {
  generation: string | null;
  shelves: Array<{shelf: string; items: Item[]; short: Short | null; removed?: Record<string, number>}>;
  offers?: Decision;
  decimals?: number;
  unknown?: string[];
  [later: string]: unknown;
}

/** Of methods that have no fallback all entries may be missing: look at `error`. */
export type OtherResult = Record<string, any>;

export class Answer<Result = OtherResult> {
  readonly source: 'server' | 'fallback';
  readonly result: Result;
  readonly error: AnswerError | null;
  readonly ok: boolean;
  /** The products of a shelf, best first; none of other methods. */
  readonly items: Item[];
  readonly item_ids: string[];
}

export interface Filter {
  category?: string;
  price_min?: Integer;
  price_max?: Integer;
  bought?: 'exclude' | 'allow';
}

export interface ShelfParams {
  item_id?: string;
  items?: readonly string[];
  cart?: readonly string[];
  customer_id?: string;
  session_id?: string;
  limit?: number;
  exclude?: readonly string[];
  filter?: Filter;
  fields?: readonly Field[];
  explain?: boolean;
  timestamp?: Integer;
  request_id?: string;
  consent?: 'granted' | 'none';
}

export type CartLine = string | {item_id: string; quantity?: number};
export type PageName = 'home' | 'product' | 'cart';
export type Durability = 'durable' | 'relaxed';

export interface PageParams extends ShelfParams {
  offers?: boolean | {page?: PageName; limit?: number; cart?: readonly CartLine[]; durability?: Durability};
}

export interface OffersParams {
  page: PageName;
  item_id?: string;
  session_id?: string;
  customer_id?: string;
  request_id?: string;
  cart?: readonly CartLine[];
  exclude?: readonly string[];
  limit?: number;
  fields?: readonly Field[];
  consent?: 'granted' | 'none';
  durability?: Durability;
}

export interface RedeemParams {
  code: string;
  order_id: string;
  cart?: readonly CartLine[];
  customer_id?: string;
  session_id?: string;
  undo?: boolean;
  request_id?: string;
}

export interface Event {
  event: 'view' | 'cart_add' | 'cart_remove' | 'purchase' | 'impression' | 'click' | 'dismiss' | 'accept';
  item_id?: string;
  session_id?: string;
  customer_id?: string;
  order_id?: string;
  event_id?: string;
  quantity?: number;
  unit_price?: Integer;
  timestamp?: Integer;
  shelf?: string;
  generation?: string;
  offer_id?: string;
}

export interface EventParams {
  durability?: Durability;
  consent?: 'granted' | 'none';
  request_id?: string;
}

export interface ItemChange {
  item_id: string;
  stock?: Integer | null;
  price?: Integer | null;
  cost?: Integer | null;
  hidden?: boolean | null;
  available_from?: Integer | null;
  available_until?: Integer | null;
  name?: string | null;
  category?: string | null;
  group?: string | null;
  url?: string | null;
  image?: string | null;
  clear?: true | readonly string[];
}

/** Throws TypeError and RangeError for wrong options, and what libzmq refuses. Belongs to the thread that made it. */
export class Client {
  constructor(endpoints: string | readonly string[], options?: Options);

  /** Any method by its name, also of a later server. `timeout_ms`: other than the client's. Never rejected. */
  call(method: Method | (string & {}), params?: object, timeout_ms?: number): Promise<Answer>;
  /** Drops what is under way: its answers are the fallback's. */
  close(): void;

  related(params?: ShelfParams): Promise<Answer<ShelfResult>>;
  bought_together(params?: ShelfParams): Promise<Answer<ShelfResult>>;
  bought_next(params?: ShelfParams): Promise<Answer<ShelfResult>>;
  for_you(params?: ShelfParams): Promise<Answer<ShelfResult>>;
  cart(params?: ShelfParams): Promise<Answer<ShelfResult>>;
  popular(params?: ShelfParams): Promise<Answer<ShelfResult>>;
  trending(params?: ShelfParams): Promise<Answer<ShelfResult>>;
  new_arrivals(params?: ShelfParams): Promise<Answer<ShelfResult>>;
  alternatives(params: ShelfParams): Promise<Answer<ShelfResult>>;
  buy_again(params: ShelfParams): Promise<Answer<ShelfResult>>;
  /** Several shelves, no product twice. */
  page(shelves: ReadonlyArray<Shelf | {shelf: Shelf; limit?: number}>, params?: PageParams): Promise<Answer<PageResult>>;

  offers(params: OffersParams): Promise<Answer<Decision>>;
  preview(params: OffersParams): Promise<Answer<Decision>>;
  /** Told again until it is answered: it counts once. */
  redeem(params: RedeemParams): Promise<Answer>;

  /** Told again until it is answered; it counts once, by its event_id, which is made where there is none. */
  event(params: Event & EventParams): Promise<Answer>;
  events(events: readonly Event[], params?: EventParams): Promise<Answer>;
  /** Told once: a repetition might undo what somebody else has changed meanwhile. */
  items(items: readonly ItemChange[], params?: {request_id?: string}): Promise<Answer>;
  forget(customer_id: string, params?: {request_id?: string}): Promise<Answer>;

  find(params?: object): Promise<Answer>;
  visitor(params: object): Promise<Answer>;
  health(params?: object): Promise<Answer>;
  stats(params?: {buckets?: boolean}): Promise<Answer>;
  reload(params?: object): Promise<Answer>;
}
