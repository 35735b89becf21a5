<?php

declare(strict_types=1);

namespace SmartShelf;

use InvalidArgumentException;

/** What a client is told when it is made. Times are milliseconds. */
final class Options
{
    private const KEY_LENGTH = 40;
    private const ENDPOINT = '~^(tcp://.+:(\d+|\*)|(ipc|inproc)://.+)$~sD';

    /** @var list<string> */
    public readonly array $endpoints;

    /**
     * @param string|list<string> $endpoints one or several servers, by the same texts in all programs of a shop
     * @param int $timeout_ms most time of a question
     * @param int $change_timeout_ms most time of one attempt to tell of events and changes
     * @param int $change_attempts most attempts where a repetition does no harm
     * @param int $pass_over_ms how long a server that missed a request is passed over while there are others
     * @param int $reconnect_ms a server that for so long neither took nor sent anything is connected to anew
     * @param list<string> $fallback item ids shown when no answer comes, best first
     * @param int $queue most requests, and most replies, that wait at one server
     * @param ?string $server_key with the next two: CURVE keys in Z85, all three or none
     * @param bool $persistent connections outlive the request: one per process of PHP-FPM
     * @throws InvalidArgumentException
     */
    public function __construct(
        string|array $endpoints,
        public readonly int $timeout_ms = 50,
        public readonly int $change_timeout_ms = 1000,
        public readonly int $change_attempts = 3,
        public readonly int $pass_over_ms = 1000,
        public readonly int $reconnect_ms = 3000,
        public readonly array $fallback = [],
        public readonly int $queue = 1000,
        public readonly ?string $server_key = null,
        public readonly ?string $public_key = null,
        public readonly ?string $secret_key = null,
        public readonly bool $persistent = false,
    ) {
        $this->endpoints = is_array($endpoints) ? array_values($endpoints) : [$endpoints];
        if ($this->endpoints === []) {
            throw new InvalidArgumentException('endpoints: none is given');
        }
        foreach ($this->endpoints as $endpoint) {
            if (preg_match(self::ENDPOINT, $endpoint) !== 1) {
                throw new InvalidArgumentException("endpoints: tcp://ADDRESS:PORT or ipc://PATH is wanted, found '$endpoint'");
            }
        }
        $least = ['timeout_ms' => 0, 'change_timeout_ms' => 0, 'change_attempts' => 1, 'pass_over_ms' => 0, 'reconnect_ms' => 0, 'queue' => 1];
        foreach ($least as $name => $value) {
            if ($this->$name < $value) {
                throw new InvalidArgumentException("$name: at least $value is wanted, found {$this->$name}");
            }
        }
        $keys = array_filter(compact('server_key', 'public_key', 'secret_key'), static fn (?string $key): bool => $key !== null);
        if (count($keys) !== 0 && count($keys) !== 3) {
            throw new InvalidArgumentException('server_key, public_key, secret_key: all three or none');
        }
        foreach ($keys as $name => $key) { // whose text is in no message
            if (strlen($key) !== self::KEY_LENGTH) {
                throw new InvalidArgumentException("$name: " . self::KEY_LENGTH . " characters of Z85 are wanted, found " . strlen($key));
            }
        }
    }
}
