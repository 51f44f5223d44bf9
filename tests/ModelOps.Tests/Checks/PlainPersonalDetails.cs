namespace ModelOps.Tests.Checks;

/// <summary>E-mail addresses, cards, resident and phone numbers in ids and titles, by loops, as one would look for them by eye.</summary>
internal static class PlainPersonalDetails
{
    public static bool IsIn(string? text) => text is not null && (text.Split(' ', ',', ';').Any(IsEmail) || Numbers(text).Any(number => IsCard(number) || IsResident(number) || IsPhone(number)));

    private static bool IsEmail(string word) => word.Split('@') is [{ Length: > 0 } name, var host] && char.IsLetterOrDigit(name[^1])
        && host.Split('.') is { Length: > 1 } labels && labels.All(label => label.Length > 0) && labels[^1].Length > 1 && labels[^1].All(char.IsLetter);

    /// <summary>Runs of digits with at most one mark between two, or a closing bracket and a space; an X may be the last of 18.</summary>
    private static IEnumerable<string> Numbers(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit(text[i]) && text[i] is not ('+' or '('))
                continue;
            var (start, end) = (i, i + 1);
            for (var j = i + 1; j < text.Length && (char.IsAsciiDigit(text[j]) || text[j] is ' ' or '-' or '.' or '(' or ')' or '/' or 'X'); j++)
            {
                if (char.IsAsciiDigit(text[j]) || text[j] == 'X')
                    end = j + 1;
                else if (text[j] == text[j - 1])
                    break;
            }
            yield return text[start..end];
            i = end - 1;
        }
    }

    private static bool IsCard(string number)
    {
        var digits = number.Where(char.IsAsciiDigit).Select(c => c - '0').Reverse().ToList();
        return digits.Count is >= 13 and <= 19 && number.All(c => char.IsAsciiDigit(c) || c is ' ' or '-') && digits[^1] is 3 or 4 or 5 or 6
            && digits.Index().Sum(d => d.Index % 2 == 0 ? d.Item : (d.Item * 2 / 10) + (d.Item * 2 % 10)) % 10 == 0;
    }

    /// <summary>GB 11643: with a date of birth in the middle, and 2^17 a + 2^16 b + … + r is 1 modulo 11.</summary>
    private static bool IsResident(string number)
    {
        if (number.Length != 18 || !number[..17].All(char.IsAsciiDigit) || !(char.IsAsciiDigit(number[17]) || number[17] == 'X'))
            return false;
        var rest = number.Aggregate(0, (sum, c) => ((sum * 2) + (c == 'X' ? 10 : c - '0')) % 11);
        return rest == 1 && number[6..8] is "19" or "20" && int.Parse(number[10..12], System.Globalization.CultureInfo.InvariantCulture) is >= 1 and <= 12;
    }

    /// <summary>International, or written in groups of which the first is an area's; a date has slashes or four digits and then twice two.</summary>
    private static bool IsPhone(string number)
    {
        var digits = string.Concat(number.Where(char.IsAsciiDigit));
        if (digits.Length is < 7 or > 15 || number.Contains('/', StringComparison.Ordinal))
            return false;
        return number[0] == '+' || (number.Any(c => c is '(' or ' ' or '-') && digits is ['0', _, ..] && digits.Length is 10 or 11)
            || (digits.Length == 11 && digits == number && digits[0] == '1' && digits[1] >= '3');
    }
}
