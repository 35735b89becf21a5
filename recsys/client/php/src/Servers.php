<?php

declare(strict_types=1);

namespace SmartShelf;

use Generator;
use ZMQContext;

/**
 * The servers of a client. Requests about a visitor go to their home while it is there, for what a visitor did is known where it was told,
 * and then to the next nearest; other requests take turns.
 */
final class Servers
{
    private const LOOK_AGAIN_MS = 5; // between two looks for a server of several

    /** @var list<Server> */
    private array $all = [];
    private int $turn;

    public function __construct(private readonly Options $options)
    {
        $context = self::context();
        foreach ($options->endpoints as $endpoint) {
            $this->all[] = new Server($context, $endpoint, $options);
        }
        $this->turn = random_int(0, count($this->all) - 1); // each process of a site begins with another one
    }

    /**
     * One for the process: it outlives all sockets, whichever order PHP frees things in when a script ends, also by an error. A context
     * that ended before its sockets would wait for them for ever. A child that inherits one by pcntl_fork cannot use it.
     */
    private static function context(): ZMQContext
    {
        static $process = null;
        $process ??= getmypid();
        return new ZMQContext(1, $process === getmypid());
    }

    /**
     * Whoever takes the request; null: nobody does now. Those passed over are asked when there is no other.
     *
     * @param bool $homeAlone only the visitor's own server may
     */
    public function take(string $request, ?int $visitor, bool $homeAlone): ?Server
    {
        $passedOver = [];
        foreach ($this->inOrder($visitor, $homeAlone) as $server) {
            if (!$server->mayHaveTurn()) {
                $passedOver[] = $server;
            } elseif ($server->take($request)) {
                return $server;
            }
        }
        foreach ($passedOver as $server) {
            if ($server->take($request)) {
                return $server;
            }
        }
        return null;
    }

    /** @return list<Server> */
    private function inOrder(?int $visitor, bool $homeAlone): array
    {
        if ($visitor === null) {
            $this->turn = ($this->turn + 1) % count($this->all);
            return [...array_slice($this->all, $this->turn), ...array_slice($this->all, 0, $this->turn)];
        }
        $order = $this->all;
        usort($order, static fn (Server $one, Server $other): int => Protocol::byDistance($visitor, $one->endpoint, $other->endpoint));
        return $homeAlone ? [$order[0]] : $order;
    }

    /** Waits for a message of this server, or, without one, until any is there to take a request. */
    public function wait(?Server $server, int $milliseconds): void
    {
        if ($server !== null) {
            $server->wait($milliseconds, false);
            return;
        }
        $each = intdiv($milliseconds, count($this->all));
        foreach ($this->all as $other) {
            if ($other->wait(count($this->all) > 1 ? min($each, self::LOOK_AGAIN_MS) : $each, true)) {
                return;
            }
        }
    }

    /**
     * All that has come; of each server as many messages as may wait there, so that there is an end.
     *
     * @return Generator<int, array{Server, string}>
     */
    public function messages(): Generator
    {
        foreach ($this->all as $server) {
            for ($i = 0; $i < $this->options->queue && ($bytes = $server->receive()) !== null; $i++) {
                yield [$server, $bytes];
            }
        }
    }

    public function connectStuckAnew(): void
    {
        foreach ($this->all as $server) {
            $server->connectAnewIfStuck();
        }
    }
}
