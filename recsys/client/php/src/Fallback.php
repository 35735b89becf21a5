<?php

declare(strict_types=1);

namespace SmartShelf;

/** What is shown instead of an answer. */
final class Fallback
{
    private const LIMIT_DEFAULT = 10; // products of a page's shelf where no limit is given

    /**
     * @param string $kind of a method (Protocol::kindOf)
     * @param array<string, mixed> $params
     * @param list<string> $itemIds
     */
    public static function answer(string $kind, array $params, array $itemIds, Failure $error): Answer
    {
        $result = match ($kind) {
            'shelf' => ['generation' => null, 'items' => self::products($itemIds, self::limit($params, count($itemIds))), 'short' => null],
            'page' => self::page($params, $itemIds),
            'offers' => self::nothingToOffer(),
            default => [],
        };
        return new Answer('fallback', $result, $error);
    }

    /**
     * @param list<string> $itemIds
     * @return list<array<string, mixed>>
     */
    private static function products(array $itemIds, int $limit): array
    {
        return array_map(
            static fn (string $itemId): array => ['item_id' => $itemId, 'score' => 0.0, 'reason' => ['model' => 'fallback', 'stage' => 0]],
            array_slice($itemIds, 0, $limit),
        );
    }

    /** @return array<string, mixed> */
    private static function nothingToOffer(): array
    {
        return ['show' => false, 'reason' => 'no_answer', 'campaign' => null, 'message_key' => null, 'variant' => null,
            'expires_at' => null, 'triggers' => null, 'offers' => []];
    }

    private static function limit(mixed $source, int $otherwise): int
    {
        $limit = is_array($source) ? $source['limit'] ?? 0 : 0;
        return is_int($limit) && $limit > 0 ? $limit : $otherwise;
    }

    /**
     * The list is shared out among the shelves, so that no product stands there twice.
     *
     * @param array<string, mixed> $params
     * @param list<string> $itemIds
     * @return array<string, mixed>
     */
    private static function page(array $params, array $itemIds): array
    {
        $shelves = [];
        $wishes = $params['shelves'] ?? [];
        foreach (is_array($wishes) ? $wishes : [] as $wish) {
            $products = self::products($itemIds, self::limit($wish, self::limit($params, self::LIMIT_DEFAULT)));
            $itemIds = array_slice($itemIds, count($products));
            $shelves[] = ['shelf' => is_array($wish) ? $wish['shelf'] ?? null : $wish, 'items' => $products, 'short' => null];
        }
        $page = ['generation' => null, 'shelves' => $shelves];
        return empty($params['offers']) ? $page : $page + ['offers' => self::nothingToOffer()];
    }
}
