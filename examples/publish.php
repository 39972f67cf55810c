#!/usr/bin/env php
<?php
/**
 * Publishes one event over HTTP with PHP 8 and no extension.
 *
 *     BUSBAR_URL=http://127.0.0.1:4000 BUSBAR_KEY=bb_… examples/publish.php order.placed order.json order-48213
 *
 * Arguments: the topic, a file with the payload in JSON (php://stdin for standard input), and an idempotency key. Without
 * BUSBAR_KEY nothing is sent along, which `busbar dev` takes. Prints the event's id. Exit code 1: it was not published.
 *
 * In a backend of your own, take `publish`: it is the whole client.
 */
declare(strict_types=1);

const ATTEMPTS = 5;
const LONGEST_WAIT = 30;

/**
 * Returns `["id", "topic", "repeated", "durability"]`, once the event is in the log. The same key and payload may be published
 * again after an error or a time-out: the event is in the log once.
 *
 * @throws RuntimeException with what busbar says of a request that can never work, or that did not work in five tries
 */
function publish(string $topic, mixed $payload, string $idempotencyKey): array
{
    $url = getenv('BUSBAR_URL') ?: 'http://127.0.0.1:4000';
    $headers = ['Content-Type: application/json', "Idempotency-Key: $idempotencyKey"];
    if (getenv('BUSBAR_KEY')) {
        $headers[] = 'Authorization: Bearer ' . getenv('BUSBAR_KEY');
    }
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => $headers,
        'content' => json_encode($payload, JSON_THROW_ON_ERROR),
        'timeout' => 10,
        'ignore_errors' => true,
        'follow_location' => 0,
    ]]);
    $problem = '';
    for ($attempt = 0, $wait = 0; $attempt < ATTEMPTS; $attempt++) {
        if ($attempt > 0) {
            sleep(min($wait, LONGEST_WAIT));
        }
        $wait = 2 ** $attempt;
        $http_response_header = [];
        $answer = @file_get_contents("$url/v1/topics/$topic/events", false, $context);
        if ($answer === false) {
            // Nobody knows whether it arrived: the idempotency key makes another try harmless.
            $problem = error_get_last()['message'] ?? 'no answer';
            continue;
        }
        $status = (int) explode(' ', $http_response_header[0] ?? 'HTTP/1.1 0')[1];
        $published = $status === 202 ? json_decode($answer, true, 512, JSON_THROW_ON_ERROR) : [];
        if (isset($published['id'])) {
            return $published;
        }
        $problem = $answer;
        if ($status !== 429 && $status !== 503) {
            break;
        }
        foreach ($http_response_header as $header) {
            if (preg_match('/^Retry-After: *(\d+)$/i', $header, $after)) {
                $wait = (int) $after[1];
            }
        }
    }
    throw new RuntimeException("$topic was not published: $problem");
}

if (count($argv) !== 4) {
    fwrite(STDERR, "publish.php <topic> <file> <idempotency key>\n");
    exit(1);
}
try {
    $payload = json_decode(file_get_contents($argv[2]), true, 512, JSON_THROW_ON_ERROR);
    echo publish($argv[1], $payload, $argv[3])['id'], "\n";
} catch (RuntimeException | JsonException $error) {
    fwrite(STDERR, $error->getMessage() . "\n");
    exit(1);
}
