<?php

declare(strict_types=1);

namespace SmartShelf;

/** Why there is no answer of the server. */
final class Failure
{
    /**
     * @param int $code the server's; 0: the client's own, whose names are timeout, bad_reply, argument and closed
     * @param ?string $field which param it is about
     */
    public function __construct(
        public readonly int $code,
        public readonly string $name,
        public readonly string $message,
        public readonly ?string $field = null,
    ) {
    }
}
