import { describe, expect, test } from 'vitest';
import { BudgetSchema } from '../../src/shared/budget.ts';
import { budgetFormOf, budgetFormSchema, budgetOf, withBudget } from '../../src/renderer/budget-form.ts';

/** A budget between the settings and what a person types. */
const BUDGET = BudgetSchema.parse({ id: 'codex', tool: 'codex', period: 'day', usd: 0.5, action: 'block' });

function problemsOf(change: Readonly<Record<string, string>>, others: readonly string[] = []): (string | undefined)[] {
  const parsed = budgetFormSchema(others).safeParse({ ...budgetFormOf(BUDGET), ...change });
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
}

describe('a budget as a form', () => {
  test('comes back as it was', () => {
    expect(budgetOf(budgetFormOf(BUDGET), [], true)).toEqual(BUDGET);
  });

  test.each([0.5, 25, 400, 0.000001, 1e-6, 1_000_000, 100])(
    'shows %d dollars so that they can be typed again',
    (usd) => {
      const form = budgetFormOf({ ...BUDGET, usd });
      expect(problemsOf(form)).toEqual([]);
      expect(budgetOf(form, [], true).usd).toBe(usd);
    },
  );

  test.each([
    ['', 'usdBad'],
    ['ten', 'usdBad'],
    ['-5', 'usdBad'],
    ['1e3', 'usdBad'],
    ['1,5', 'usdBad'],
    ['0.0000001', 'usdBad'],
    ['0', 'usdOutside'],
    ['0.000000', 'usdOutside'],
    ['1000001', 'usdOutside'],
  ])('does not take %j dollars: %s', (usd, problem) => {
    expect(problemsOf({ usd })).toContain(problem);
  });

  test('says which names cannot be', () => {
    expect(problemsOf({ id: 'a budget' })).toEqual(['idBad']);
    expect(problemsOf({ id: 'x'.repeat(65) })).toEqual(['idBad']);
    expect(problemsOf({ id: 'codex' }, ['codex'])).toEqual(['idTaken']);
    expect(problemsOf({ id: '' }, ['codex'])).toEqual([]);
  });

  test('gets a free name that the settings take', () => {
    const form = { ...budgetFormOf(null, 'Review bot @home'), usd: '5' };
    const first = budgetOf(form, [], true);
    expect(first.id).toBe('Review-bot-home-month');
    expect(budgetOf(form, [first.id], true).id).toBe('Review-bot-home-month-2');
    expect(BudgetSchema.safeParse(first).success).toBe(true);
    expect(budgetOf({ ...budgetFormOf(null), usd: '5' }, [], true)).not.toHaveProperty('tool');
  });

  test('takes the place of the one it was, also under another name', () => {
    const other = { ...BUDGET, id: 'other' };
    const renamed = { ...BUDGET, id: 'renamed' };
    expect(withBudget([BUDGET, other], 'codex', renamed)).toEqual([renamed, other]);
    expect(withBudget([BUDGET], null, other)).toEqual([BUDGET, other]);
  });
});
