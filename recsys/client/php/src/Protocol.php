<?php

declare(strict_types=1);

namespace SmartShelf;

use InvalidArgumentException;
use MessagePack;

/** The bytes of requests and replies. No sockets, no clock. */
final class Protocol
{
    public const REPLY_MAX = 8 << 20; // longest reply that is looked at
    public const MSGID_MAX = 0xffffffff;
    private const DEPTH_MAX = 32; // of params

    private const KINDS = [
        'related' => 'shelf', 'bought_together' => 'shelf', 'bought_next' => 'shelf', 'for_you' => 'shelf', 'cart' => 'shelf',
        'popular' => 'shelf', 'trending' => 'shelf', 'new_arrivals' => 'shelf', 'alternatives' => 'shelf', 'buy_again' => 'shelf',
        'page' => 'page', 'offers' => 'offers', 'preview' => 'offers', 'event' => 'event', 'redeem' => 'redeem', 'forget' => 'forget',
        'items' => 'items', 'reload' => 'reload',
    ];
    private const CHANGES = ['event', 'redeem', 'forget', 'items', 'reload']; // kinds that are told rather than asked
    private const REPEATED = ['event', 'redeem', 'forget']; // kinds of which a second delivery does no harm
    private const HOME_ALONE = ['redeem']; // kinds that only the visitor's own server can answer: another one does not know its codes

    private MessagePack $messagePack;

    public function __construct()
    {
        $this->messagePack = new MessagePack(false); // plain MessagePack: no bytes from outside become an object
    }

    public static function kindOf(string $method): string
    {
        return self::KINDS[$method] ?? 'other';
    }

    public static function isChange(string $kind): bool
    {
        return in_array($kind, self::CHANGES, true);
    }

    public static function isRepeated(string $kind): bool
    {
        return in_array($kind, self::REPEATED, true);
    }

    public static function isForHomeAlone(string $kind): bool
    {
        return in_array($kind, self::HOME_ALONE, true);
    }

    // ---- writing ----

    /**
     * Entries stand in the order in which they are given.
     *
     * @param array<string, mixed> $params
     * @throws InvalidArgumentException
     */
    public function encode(int $msgid, string $method, array $params): string
    {
        return "\x94\x00" . $this->value($msgid, 0) . $this->value($method, 0) . $this->map($params, 0);
    }

    /** An array whose keys count from 0 is a list, also the empty one; an empty map is `new stdClass()`. */
    private function value(mixed $value, int $depth): string
    {
        if ($depth > self::DEPTH_MAX) {
            throw new InvalidArgumentException('params are nested too deeply');
        }
        if ($value instanceof \stdClass) {
            return $this->map(get_object_vars($value), $depth);
        }
        if (is_array($value)) {
            return array_is_list($value) ? $this->list($value, $depth) : $this->map($value, $depth);
        }
        if ($value !== null && !is_scalar($value)) {
            throw new InvalidArgumentException('params hold a ' . get_debug_type($value));
        }
        return $this->messagePack->pack($value);
    }

    /** @param list<mixed> $values */
    private function list(array $values, int $depth): string
    {
        $bytes = self::head(count($values), 0x90, 0xdc);
        foreach ($values as $value) {
            $bytes .= $this->value($value, $depth + 1);
        }
        return $bytes;
    }

    /** @param array<array-key, mixed> $entries */
    private function map(array $entries, int $depth): string
    {
        $bytes = self::head(count($entries), 0x80, 0xde);
        foreach ($entries as $name => $value) {
            $bytes .= $this->messagePack->pack((string) $name) . $this->value($value, $depth + 1);
        }
        return $bytes;
    }

    private static function head(int $count, int $short, int $long): string
    {
        return match (true) {
            $count < 16 => chr($short | $count),
            $count < 65536 => chr($long) . pack('n', $count),
            default => chr($long + 1) . pack('N', $count),
        };
    }

    /**
     * Every event gets an id of its own where it brings none, so that it counts once however often it is delivered.
     *
     * @param array<string, mixed> $params
     * @return array<string, mixed>
     */
    public static function withEventIds(array $params): array
    {
        if (!is_array($params['events'] ?? null)) {
            return $params + ['event_id' => bin2hex(random_bytes(16))];
        }
        $withId = static fn (mixed $event): mixed => is_array($event) ? $event + ['event_id' => bin2hex(random_bytes(16))] : $event;
        return ['events' => array_map($withId, $params['events'])] + $params;
    }

    /**
     * The hash of whom the request, or the first of several events, is about; null: of nobody.
     *
     * @param array<string, mixed> $params
     */
    public static function visitorOf(string $method, array $params): ?int
    {
        $about = is_array($params['events'][0] ?? null) ? $params['events'][0] : $params;
        foreach (['session_id', 'customer_id', ...($method === 'event' ? ['order_id'] : [])] as $which) {
            if (($about[$which] ?? '') !== '') {
                return is_string($about[$which]) ? crc32($about[$which]) : null;
            }
        }
        return null;
    }

    /**
     * Of two endpoints, the nearer to being the visitor's home first: the same in every client library and in the gateway (PROTOCOL.md,
     * "Several servers").
     */
    public static function byDistance(int $visitor, string $one, string $other): int
    {
        return self::weight($visitor, crc32($other)) <=> self::weight($visitor, crc32($one)) ?: strcmp($one, $other);
    }

    /** The finalizer of MurmurHash3: a CRC alone is linear, and would send visitors to some pairs of servers in step. */
    private static function weight(int $visitor, int $server): int
    {
        $mixed = $visitor ^ $server;
        $mixed = self::multiply($mixed ^ ($mixed >> 16), 0x85ebca6b);
        $mixed = self::multiply($mixed ^ ($mixed >> 13), 0xc2b2ae35);
        return $mixed ^ ($mixed >> 16);
    }

    /** Modulo 2^32, in halves: PHP makes a float of a product that its integers cannot hold. */
    private static function multiply(int $one, int $other): int
    {
        return (($one & 0xffff) * $other + ((($one >> 16) * $other & 0xffff) << 16)) & 0xffffffff;
    }

    // ---- reading ----

    /**
     * [1, msgid, error | nil, result | nil]; a msgid of null: the server could not read that of the request.
     *
     * @throws BadReply
     */
    public function decode(string $bytes): Reply
    {
        if (strlen($bytes) > self::REPLY_MAX) {
            throw new BadReply(strlen($bytes) . ' bytes, at most ' . self::REPLY_MAX . ' are looked at');
        }
        $reply = $this->unpack($bytes);
        if (!is_array($reply) || !array_is_list($reply) || count($reply) !== 4 || $reply[0] !== 1) {
            throw new BadReply('not [1, msgid, error, result]');
        }
        [, $msgid, $error, $result] = $reply;
        if ($msgid !== null && (!is_int($msgid) || $msgid < 0 || $msgid > self::MSGID_MAX)) {
            throw new BadReply('msgid is no number of a message');
        }
        return new Reply($msgid, $error === null ? null : self::failure($error), $result);
    }

    /** The extension makes no room for what is only claimed, and warns of what it cannot read, also of bytes left over. */
    private function unpack(string $bytes): mixed
    {
        $wrong = $bytes === '' ? 'no bytes' : null;
        set_error_handler(static function (int $level, string $message) use (&$wrong): bool {
            $wrong = $message;
            return true;
        });
        try {
            $value = $this->messagePack->unpack($bytes);
        } finally {
            restore_error_handler();
        }
        if ($wrong !== null) {
            throw new BadReply("no MessagePack: $wrong");
        }
        return $value;
    }

    private static function failure(mixed $error): Failure
    {
        if (!is_array($error) || !is_int($error['code'] ?? null) || !is_string($error['name'] ?? null)) {
            throw new BadReply('the error has no code or no name');
        }
        $message = $error['message'] ?? '';
        $field = $error['field'] ?? null;
        return new Failure($error['code'], $error['name'], is_string($message) ? $message : '', is_string($field) ? $field : null);
    }

    /** What callers rely on without looking: null, or what is wrong with a result of that kind. */
    public static function shapeError(string $kind, mixed $result, string $endpoint): ?Failure
    {
        if (is_array($result) && self::hasShape($kind, $result)) {
            return null;
        }
        return new Failure(0, 'bad_reply', "$endpoint: the result is not of the shape that the method has");
    }

    /** @param array<array-key, mixed> $result */
    private static function hasShape(string $kind, array $result): bool
    {
        return match ($kind) {
            'shelf' => self::isListOf($result['items'] ?? null, self::isProduct(...)),
            'page' => self::isListOf($result['shelves'] ?? null, self::isShelf(...))
                && (!array_key_exists('offers', $result) || self::isDecision($result['offers'])),
            'offers' => self::isDecision($result),
            'event', 'items' => self::isListOf($result['results'] ?? null, is_array(...)),
            'redeem' => is_bool($result['redeemed'] ?? null) && is_string($result['reason'] ?? null),
            default => $result === [] || !array_is_list($result),
        };
    }

    private static function isListOf(mixed $value, callable $is): bool
    {
        if (!is_array($value) || !array_is_list($value)) {
            return false;
        }
        foreach ($value as $element) {
            if (!$is($element)) {
                return false;
            }
        }
        return true;
    }

    private static function isProduct(mixed $value): bool
    {
        return is_array($value) && is_string($value['item_id'] ?? null);
    }

    private static function isShelf(mixed $value): bool
    {
        return is_array($value) && is_string($value['shelf'] ?? null) && self::isListOf($value['items'] ?? null, self::isProduct(...));
    }

    private static function isDecision(mixed $value): bool
    {
        return is_array($value) && is_bool($value['show'] ?? null) && is_string($value['reason'] ?? null)
            && self::isListOf($value['offers'] ?? null, is_array(...));
    }
}
