<?php

declare(strict_types=1);

namespace SmartShelf;

/** What comes back: the server's result, or what stands in for it. */
final class Answer
{
    /**
     * @param 'server'|'fallback' $source whose result this is
     * @param array<string, mixed> $result the entries of the protocol's tables by their names; later versions of the server add some
     * @param ?Failure $error why it is the fallback
     */
    public function __construct(
        public readonly string $source,
        public readonly array $result,
        public readonly ?Failure $error = null,
    ) {
    }

    public function ok(): bool
    {
        return $this->error === null;
    }

    /** @return list<array<string, mixed>> the products of a shelf, best first; none of other methods */
    public function items(): array
    {
        return $this->result['items'] ?? [];
    }

    /** @return list<string> */
    public function itemIds(): array
    {
        return array_column($this->items(), 'item_id');
    }
}
