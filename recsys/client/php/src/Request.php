<?php

declare(strict_types=1);

namespace SmartShelf;

/** A request under way. Its number stays when it is sent again: a reply to any of its copies is the reply. */
final class Request
{
    public readonly string $kind;
    public readonly int $timeoutMs;
    public int $msgid = 0;
    public string $bytes = '';
    public ?int $visitor = null;
    public ?Server $server = null; // who has it
    public ?Answer $answer = null;
    public int $attemptsLeft;
    public int $deadline; // as of Server::now()
    private int $junkBefore = 0;

    /** @param array<string, mixed> $params */
    public function __construct(string $method, public readonly array $params, Options $options, ?int $timeoutMs)
    {
        $this->kind = Protocol::kindOf($method);
        $this->timeoutMs = $timeoutMs ?? (Protocol::isChange($this->kind) ? $options->change_timeout_ms : $options->timeout_ms);
        $this->attemptsLeft = Protocol::isRepeated($this->kind) ? $options->change_attempts : 1;
        $this->beginAttempt();
    }

    public function beginAttempt(): void
    {
        $this->attemptsLeft--;
        $this->server = null;
        $this->deadline = Server::now() + $this->timeoutMs;
    }

    public function givenTo(Server $server): void
    {
        $this->server = $server;
        $this->junkBefore = $server->junk;
    }

    public function whyNoReply(): Failure
    {
        if ($this->server === null) {
            return new Failure(0, 'timeout', "no server took the request in {$this->timeoutMs} ms");
        }
        $server = $this->server->endpoint;
        return $this->server->junk > $this->junkBefore
            ? new Failure(0, 'bad_reply', "$server sent bytes that are no reply, and no reply in {$this->timeoutMs} ms")
            : new Failure(0, 'timeout', "no reply from $server in {$this->timeoutMs} ms");
    }
}
