<?php

declare(strict_types=1);

namespace SmartShelf;

use LogicException;

/**
 * A connection to one or several servers. Belongs to the process that made it: after pcntl_fork a child makes its own. Questions throw
 * nothing: what is wrong stands in the answer's error.
 *
 * The methods are called as the protocol calls them, so that its tables are their manual.
 * phpcs:disable PSR1.Methods.CamelCapsMethodName.NotCamelCaps
 */
final class Client
{
    private const PAUSE_MICROSECONDS = 20_000; // before a busy server is asked again
    private const MAY_DO_BETTER = ['busy', 'shutting_down']; // errors that a moment later, or another server, may not have

    private readonly Options $options;
    private readonly Protocol $protocol;
    private ?Servers $servers;
    private int $lastMsgid;
    /** @var array<int, Request> */
    private array $open = []; // requests under way by number

    /**
     * Connects in the background: a server that is not there yet is no error.
     *
     * @param string|list<string> $endpoints
     * @param mixed ...$options of Options, by their names
     * @throws \InvalidArgumentException a wrong option
     * @throws \ZMQException an endpoint or a key that libzmq refuses
     */
    public function __construct(string|array $endpoints, mixed ...$options)
    {
        $this->options = new Options($endpoints, ...$options);
        $this->protocol = new Protocol();
        $this->servers = new Servers($this->options);
        // What comes late over a persistent connection is of numbers before this one: each request takes more than a microsecond.
        $this->lastMsgid = intdiv(hrtime(true), 1000) % Protocol::MSGID_MAX;
    }

    public function __destruct()
    {
        $this->close();
    }

    /** Drops what is under way: its answers are the fallback's. Again: does nothing. */
    public function close(): void
    {
        foreach ($this->open as $request) {
            $this->fail($request, new Failure(0, 'closed', 'the client was closed'));
        }
        $this->servers = null;
    }

    /**
     * Any method by its name, also of a later server.
     *
     * @param array<string, mixed> $params
     * @param ?int $timeout_ms other than the client's
     */
    public function call(string $method, array $params = [], ?int $timeout_ms = null): Answer
    {
        return $this->send($method, $params, $timeout_ms)->answer();
    }

    /**
     * Sends without waiting for the reply: many may be under way.
     *
     * @param array<string, mixed> $params
     */
    public function send(string $method, array $params = [], ?int $timeout_ms = null): Pending
    {
        $request = new Request($method, $params, $this->options, $timeout_ms);
        $this->begin($request, $method, $params);
        if ($request->answer === null) {
            $this->handOver($request);
        }
        return new Pending(fn (): Answer => $this->wait($request));
    }

    /** @param array<string, mixed> $params */
    private function begin(Request $request, string $method, array $params): void
    {
        try {
            $params = $request->kind === 'event' ? Protocol::withEventIds($params) : $params;
            $request->visitor = Protocol::visitorOf($method, $params);
            $request->msgid = $this->nextMsgid();
            $request->bytes = $this->protocol->encode($request->msgid, $method, $params);
            $this->open[$request->msgid] = $request;
        } catch (\Throwable $error) { // whatever a caller's values throw: a page is not to fail for it
            $this->fail($request, new Failure(0, 'argument', "$method: {$error->getMessage()}"));
        }
    }

    /** Never 0, and none that is under way. */
    private function nextMsgid(): int
    {
        do {
            $this->lastMsgid = $this->lastMsgid % Protocol::MSGID_MAX + 1;
        } while (isset($this->open[$this->lastMsgid]));
        return $this->lastMsgid;
    }

    private function servers(): Servers
    {
        return $this->servers ?? throw new LogicException('the client is closed');
    }

    private function handOver(Request $request): bool
    {
        $server = $this->servers()->take($request->bytes, $request->visitor, Protocol::isForHomeAlone($request->kind));
        if ($server !== null) {
            $request->givenTo($server);
        }
        return $server !== null;
    }

    private function wait(Request $request): Answer
    {
        while ($request->answer === null) {
            $left = $request->deadline - Server::now();
            if ($request->server !== null || $left <= 0 || !$this->handOver($request)) {
                $this->takeIn($request, max($left, 0));
            }
        }
        return $request->answer;
    }

    private function takeIn(Request $request, int $milliseconds): void
    {
        $this->servers()->wait($request->server, $milliseconds);
        foreach ($this->servers()->messages() as [$server, $bytes]) {
            $this->read($server, $bytes);
        }
        if ($request->answer === null && Server::now() >= $request->deadline) {
            $this->overdue($request);
        }
    }

    private function read(Server $server, string $bytes): void
    {
        try {
            $reply = $this->protocol->decode($bytes);
        } catch (BadReply) {
            $server->junk++;
            return;
        }
        $request = $this->open[$reply->msgid] ?? null;
        if ($request === null) { // it was given up
            return;
        }
        if ($request->attemptsLeft > 0 && in_array($reply->error?->name, self::MAY_DO_BETTER, true)) {
            usleep(self::PAUSE_MICROSECONDS);
            $request->beginAttempt();
        } else {
            $this->settle($request, $server, $reply);
        }
    }

    private function settle(Request $request, Server $server, Reply $reply): void
    {
        $error = $reply->error ?? Protocol::shapeError($request->kind, $reply->result, $server->endpoint);
        if ($error?->name === 'shutting_down' || $error?->name === 'bad_reply') {
            $server->missed();
        } else {
            $server->answered();
        }
        if ($error !== null) {
            $this->fail($request, $error);
        } else {
            unset($this->open[$request->msgid]);
            $request->answer = new Answer('server', $reply->result);
        }
    }

    private function overdue(Request $request): void
    {
        $error = $request->whyNoReply();
        if ($request->server !== null) {
            $request->server->missed();
        } else {
            $this->servers()->connectStuckAnew();
        }
        if ($request->attemptsLeft > 0) {
            $request->beginAttempt();
        } else {
            $this->fail($request, $error);
        }
    }

    private function fail(Request $request, Failure $error): void
    {
        unset($this->open[$request->msgid]);
        $request->answer = Fallback::answer($request->kind, $request->params, $this->options->fallback, $error);
    }

    // ---- shelves ----

    /** @param array<string, mixed> $params */
    public function related(array $params = []): Answer
    {
        return $this->call('related', $params);
    }

    /** @param array<string, mixed> $params */
    public function bought_together(array $params = []): Answer
    {
        return $this->call('bought_together', $params);
    }

    /** @param array<string, mixed> $params */
    public function bought_next(array $params = []): Answer
    {
        return $this->call('bought_next', $params);
    }

    /** @param array<string, mixed> $params */
    public function for_you(array $params = []): Answer
    {
        return $this->call('for_you', $params);
    }

    /** @param array<string, mixed> $params */
    public function cart(array $params = []): Answer
    {
        return $this->call('cart', $params);
    }

    /** @param array<string, mixed> $params */
    public function popular(array $params = []): Answer
    {
        return $this->call('popular', $params);
    }

    /** @param array<string, mixed> $params */
    public function trending(array $params = []): Answer
    {
        return $this->call('trending', $params);
    }

    /** @param array<string, mixed> $params */
    public function new_arrivals(array $params = []): Answer
    {
        return $this->call('new_arrivals', $params);
    }

    /** @param array<string, mixed> $params */
    public function alternatives(array $params = []): Answer
    {
        return $this->call('alternatives', $params);
    }

    /** @param array<string, mixed> $params */
    public function buy_again(array $params = []): Answer
    {
        return $this->call('buy_again', $params);
    }

    /**
     * Several shelves, no product twice.
     *
     * @param list<string|array{shelf: string, limit?: int}> $shelves
     * @param array<string, mixed> $params
     */
    public function page(array $shelves, array $params = []): Answer
    {
        return $this->call('page', ['shelves' => $shelves] + $params);
    }

    // ---- a visitor moves to leave ----

    /** @param array<string, mixed> $params */
    public function offers(array $params): Answer
    {
        return $this->call('offers', $params);
    }

    /** @param array<string, mixed> $params */
    public function preview(array $params): Answer
    {
        return $this->call('preview', $params);
    }

    /**
     * An order comes with a code. Told again until it is answered: it counts once.
     *
     * @param array<string, mixed> $params
     */
    public function redeem(array $params): Answer
    {
        return $this->call('redeem', $params);
    }

    // ---- what happens in the shop ----

    /**
     * Told again until it is answered; it counts once, by its event_id, which is made where there is none.
     *
     * @param array<string, mixed> $params
     */
    public function event(array $params): Answer
    {
        return $this->call('event', $params);
    }

    /**
     * Several events, at most 1000.
     *
     * @param list<array<string, mixed>> $events
     * @param array<string, mixed> $params
     */
    public function events(array $events, array $params = []): Answer
    {
        return $this->call('event', ['events' => $events] + $params);
    }

    /**
     * Changes of items. Told once: a repetition might undo what somebody else has changed meanwhile.
     *
     * @param list<array<string, mixed>> $items
     * @param array<string, mixed> $params
     */
    public function items(array $items, array $params = []): Answer
    {
        return $this->call('items', ['items' => $items] + $params);
    }

    /** @param array<string, mixed> $params */
    public function forget(string $customer_id, array $params = []): Answer
    {
        return $this->call('forget', ['customer_id' => $customer_id] + $params);
    }

    // ---- looking ----

    /** @param array<string, mixed> $params */
    public function find(array $params = []): Answer
    {
        return $this->call('find', $params);
    }

    /** @param array<string, mixed> $params */
    public function visitor(array $params): Answer
    {
        return $this->call('visitor', $params);
    }

    /** @param array<string, mixed> $params */
    public function health(array $params = []): Answer
    {
        return $this->call('health', $params);
    }

    /** @param array<string, mixed> $params */
    public function stats(array $params = []): Answer
    {
        return $this->call('stats', $params);
    }

    /** @param array<string, mixed> $params */
    public function reload(array $params = []): Answer
    {
        return $this->call('reload', $params);
    }
}
