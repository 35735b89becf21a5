<?php

declare(strict_types=1);

namespace SmartShelf;

use ZMQ;
use ZMQContext;
use ZMQPoll;
use ZMQPollException;
use ZMQSocket;
use ZMQSocketException;

/**
 * One server. libzmq gives a connection up for good when the peer sends too much or refuses the key: that need not stay so, so it is made
 * anew where nothing moves.
 */
final class Server
{
    private const HEARTBEAT_MS = 1000; // between two signs of life that are asked for
    private const HEARTBEAT_PATIENCE_MS = 3000; // without one for so long, a server is gone

    private readonly ZMQSocket $socket;
    private readonly ZMQPoll $replies;
    private readonly ZMQPoll $anything;
    public int $junk = 0; // how many of its messages could not be read
    private int $movedAt; // milliseconds, as of now()
    private int $passedOverUntil = 0; // 0: nothing is held against it

    public function __construct(ZMQContext $context, public readonly string $endpoint, private readonly Options $options)
    {
        $setUp = function (ZMQSocket $socket): void {
            $this->setUp($socket);
        };
        $name = $options->persistent ? 'smartshelf ' . hash('sha256', serialize([$endpoint, $options])) : null;
        $this->socket = $context->getSocket(ZMQ::SOCKET_DEALER, $name, $setUp);
        // One of each for one socket: the extension takes all sockets of a ZMQPoll for the same.
        $this->replies = new ZMQPoll();
        $this->replies->add($this->socket, ZMQ::POLL_IN);
        $this->anything = new ZMQPoll();
        $this->anything->add($this->socket, ZMQ::POLL_IN | ZMQ::POLL_OUT);
        $this->movedAt = self::now();
    }

    public static function now(): int
    {
        return intdiv(hrtime(true), 1_000_000);
    }

    /** Of a socket that is new: one that persists has been set up already. */
    private function setUp(ZMQSocket $socket): void
    {
        $options = [
            ZMQ::SOCKOPT_LINGER => 0,
            ZMQ::SOCKOPT_IMMEDIATE => 1, // requests go only to a server that is there
            ZMQ::SOCKOPT_HEARTBEAT_IVL => self::HEARTBEAT_MS,
            ZMQ::SOCKOPT_HEARTBEAT_TIMEOUT => self::HEARTBEAT_PATIENCE_MS,
            ZMQ::SOCKOPT_SNDHWM => $this->options->queue,
            ZMQ::SOCKOPT_RCVHWM => $this->options->queue,
            ZMQ::SOCKOPT_MAXMSGSIZE => Protocol::REPLY_MAX,
        ];
        if ($this->options->server_key !== null) {
            $options[ZMQ::SOCKOPT_CURVE_SERVERKEY] = $this->options->server_key;
            $options[ZMQ::SOCKOPT_CURVE_PUBLICKEY] = $this->options->public_key;
            $options[ZMQ::SOCKOPT_CURVE_SECRETKEY] = $this->options->secret_key;
        }
        foreach ($options as $option => $value) {
            $socket->setSockOpt($option, $value);
        }
        $socket->connect($this->endpoint);
    }

    /** Hands it the request. False: it is not there, or has enough to do. */
    public function take(string $request): bool
    {
        if ($this->socket->send($request, ZMQ::MODE_DONTWAIT) === false) {
            return false;
        }
        $this->movedAt = self::now();
        return true;
    }

    /** Waits for a message, or also for room for a request. False: neither is there. */
    public function wait(int $milliseconds, bool $forRoom): bool
    {
        $readable = $writable = [];
        try {
            return ($forRoom ? $this->anything : $this->replies)->poll($readable, $writable, $milliseconds) > 0;
        } catch (ZMQPollException) { // a signal came
            return true;
        }
    }

    /** The next message's last part, so that a delimiter before it is passed over; null: there is none now. */
    public function receive(): ?string
    {
        $parts = $this->socket->recvMulti(ZMQ::MODE_DONTWAIT);
        if ($parts === false) {
            return null;
        }
        $this->movedAt = self::now();
        return $parts[count($parts) - 1];
    }

    public function connectAnewIfStuck(): void
    {
        if (self::now() - $this->movedAt < $this->options->reconnect_ms) {
            return;
        }
        try {
            $this->socket->disconnect($this->endpoint);
        } catch (ZMQSocketException) { // libzmq has forgotten the connection already
        }
        $this->socket->connect($this->endpoint);
        $this->movedAt = self::now();
    }

    public function missed(): void
    {
        $this->passedOverUntil = self::now() + $this->options->pass_over_ms;
    }

    public function answered(): void
    {
        $this->passedOverUntil = 0;
    }

    /** Of a server that missed, one request is tried each time when it has been passed over long enough. */
    public function mayHaveTurn(): bool
    {
        if ($this->passedOverUntil === 0) {
            return true;
        }
        if (self::now() < $this->passedOverUntil) {
            return false;
        }
        $this->missed();
        return true;
    }
}
