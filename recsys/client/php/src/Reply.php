<?php

declare(strict_types=1);

namespace SmartShelf;

/** One reply as it came. */
final class Reply
{
    public function __construct(
        public readonly ?int $msgid,
        public readonly ?Failure $error,
        public readonly mixed $result,
    ) {
    }
}
